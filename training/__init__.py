"""From labelled texts to a trained, evaluated and exported classifier: `python -m training <verb>`."""
