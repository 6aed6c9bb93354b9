from flask import Flask, Response, jsonify, redirect, request, session, url_for

app = Flask(__name__)
app.secret_key = "for tests"


@app.route("/hello/<name>")
def hello(name):
    session["seen"] = session.get("seen", 0) + 1
    return jsonify(name=name, seen=session["seen"], url=request.url, remote=request.remote_addr)


@app.route("/form", methods=["POST"])
def form():
    return {"word": request.form["word"], "file": request.files["file"].read().decode()}


@app.route("/away")
def away():
    return redirect(url_for("hello", name="you"))


@app.route("/stream")
def stream():
    return Response((str(i) + "\n" for i in range(1000)), mimetype="text/plain")
