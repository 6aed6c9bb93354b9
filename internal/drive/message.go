package drive

import (
	"encoding/json"
	"fmt"
)

// socketKey is the extension by which an operation says which messages its WebSocket has.
const socketKey = "x-tornado-websocket"

// Message is a message that a client sends to a WebSocket.
type Message struct {
	Binary bool
	Data   []byte
}

// Receives and Sends report whether the document has messages to the server and from it.
func (j *Judges) Receives(op *Operation) bool { return j.message(op, "receive") != nil }

// Sends is Receives for the other way.
func (j *Judges) Sends(op *Operation) bool { return j.message(op, "send") != nil }

// message is the schema of messages of one way, nil where there are none.
func (j *Judges) message(op *Operation, way string) map[string]any {
	schema, _ := j.deref(op.pointer + "/" + socketKey + "/" + way)
	return schema
}

// Message makes a message that the server is to take, only what is required unless full. false: none that is valid was found.
func (j *Judges) Message(op *Operation, full bool, choices Choices) (Message, bool) {
	schema := j.message(op, "receive")
	if schema == nil {
		return Message{}, false
	}
	if isBytes(schema) {
		return Message{Binary: true, Data: []byte("some bytes")}, true
	}
	m := &maker{tree: j.tree, choices: choices, full: full}
	v, ok := m.make(schema)
	if !ok {
		return Message{}, false
	}
	if of, _ := j.check(request, op.pointer+"/"+socketKey+"/receive", v); of != accepts {
		return Message{}, false
	}
	data, err := json.Marshal(v)
	return Message{Data: data}, err == nil
}

// isBytes tells the schema of a message in a binary frame.
func isBytes(schema map[string]any) bool {
	return schema["type"] == "string" && schema["format"] == "binary"
}

// JudgeMessage says what is wrong with a message that the server has sent, "" for nothing.
func (j *Judges) JudgeMessage(op *Operation, m Message) string {
	schema, at := j.deref(op.pointer + "/" + socketKey + "/send")
	switch {
	case schema == nil:
		return "it sends a message, and the document has none"
	case isBytes(schema) != m.Binary:
		frame := map[bool]string{true: "binary", false: "text"}
		return fmt.Sprintf("a message is in a %s frame and not in a %s one", frame[m.Binary], frame[!m.Binary])
	case m.Binary:
		return ""
	}
	if fault := j.judgeText(schema, at, string(m.Data)); fault != "" {
		return "a message " + fault
	}
	return ""
}
