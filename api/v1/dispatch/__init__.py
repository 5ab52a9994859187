"""Planning the whole of a programme's dispatch."""
