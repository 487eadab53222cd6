"""The net: data, training, prediction and explanation. Never imports game or gradio."""
