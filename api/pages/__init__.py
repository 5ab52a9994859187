"""The pages: what an officer keeps open all day, what anybody may look at, and the small app for everybody else.

A page is a `page.Page`: it names its action (a row of `collection.accounts.rights`), asks the rooms' queries as the API
does, and renders a template; a form on it is a POST to the page, which calls one verb in one transaction. Texts are in
`words.py`, in three languages; numbers and dates are written by `tags.py`. Without JavaScript everything is a table, a
link or a form; with it, tables become maps and charts (`static/pages/*.mjs`) and parts refresh themselves (htmx).
"""
