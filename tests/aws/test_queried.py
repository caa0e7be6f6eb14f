"""All that a query or a scan finds, over as many pages as there are."""

from __future__ import annotations

from order_processing.adapters.attributes import text
from order_processing.adapters.queried import each_item, each_page

COUNT = 5


def of_day(dynamodb, table):
    for part in range(COUNT):
        dynamodb.put_item(TableName=table, Item={"order_id": text("day"), "part": text(str(part))})
    asked = {"TableName": table, "Limit": 2}
    by_key = {
        "KeyConditionExpression": "order_id = :day",
        "ExpressionAttributeValues": {":day": text("day")},
    }
    return asked, by_key


def test_every_item_is_found_over_several_pages_and_in_order(dynamodb, tables):
    asked, by_key = of_day(dynamodb, tables["orders"])
    assert [item["part"]["S"] for item in each_item(dynamodb.query, **asked, **by_key)] == ["0", "1", "2", "3", "4"]
    assert len(list(each_item(dynamodb.scan, **asked))) == COUNT


def test_a_page_is_asked_for_when_it_is_wanted_and_holds_no_more_than_its_limit(dynamodb, tables):
    asked, by_key = of_day(dynamodb, tables["orders"])
    calls = []

    def ask(**request):
        calls.append(request.get("ExclusiveStartKey"))
        return dynamodb.query(**request)

    pages = each_page(ask, **asked, **by_key)
    assert (len(next(pages)), calls) == (2, [None])
    assert [len(page) for page in pages] == [2, 1]
    assert [key and key["part"]["S"] for key in calls] == [None, "1", "3"]
    assert list(each_page(ask, **asked | by_key | {"ExpressionAttributeValues": {":day": text("no day")}})) == [[]]
