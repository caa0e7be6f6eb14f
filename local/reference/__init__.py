"""The API's reference, written once: the OpenAPI document and its page are made of what stands here.

`make reference` writes both into `functions/show_reference`, from where they are served.
"""
