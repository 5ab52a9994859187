"""What goes to the bank and what comes back, as files. Pure: values in, bytes out; bytes in, values and defects out.

| file | what |
| --- | --- |
| `pain001` | ISO 20022 customer credit transfer, pain.001.001.09 |
| `sheets` | the same register as CSV and XLSX, for people and for banks that take those |
| `pain002` | ISO 20022 payment status report, any edition of pain.002.001 |
| `results` | the same answers as CSV |
"""
