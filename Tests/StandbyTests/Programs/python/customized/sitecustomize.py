print("sitecustomize")
