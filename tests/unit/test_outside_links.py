"""Which addresses outside the docs link to, and what is said of those that fail."""

from __future__ import annotations

from local.outside_links import broken, links_of, pages
from local.places import ROOT

PAGE = """See [AWS](https://docs.aws.amazon.com/step-functions/#redrive) and <https://www.gs1.org/standards>, once more
[AWS](https://docs.aws.amazon.com/step-functions/), [ours](stores.md) and [one](https://shop.example.com/x).
`[code](https://in.code.test/)`
```
[block](https://in.a.block.test/)
```
"""


def test_each_address_outside_is_asked_for_once_and_none_of_code_or_examples():
    assert links_of(PAGE) == ["https://docs.aws.amazon.com/step-functions/", "https://www.gs1.org/standards"]


def test_what_fails_is_told_with_its_pages():
    found = {ROOT / "README.md": ["https://a.test", "https://b.test"], ROOT / "docs" / "api.md": ["https://b.test"]}
    assert list(broken(found, {"https://a.test": "", "https://b.test": "404 Not Found"}.__getitem__)) == [
        "https://b.test: 404 Not Found (in README.md, docs/api.md)"
    ]


def test_the_docs_link_to_something():
    assert sum(len(links) for links in pages().values()) > 0
