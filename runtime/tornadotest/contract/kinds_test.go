package contract

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/internal/drive"
)

const kindsDocument = `
openapi: 3.2.0
info: { title: Kinds, version: "1" }
paths:
  /lines:
    get: { operationId: lines, responses: { "200": { description: on and on, content: { application/jsonl: { itemSchema: { $ref: "#/components/schemas/Pet" } } } } } }
    post:
      operationId: addLines
      requestBody: { required: true, content: { application/jsonl: { itemSchema: { $ref: "#/components/schemas/Pet" } } } }
      responses: { "204": { description: done } }
  /sequence:
    get: { operationId: sequence, responses: { "200": { description: on and on, content: { application/json-seq: { schema: { type: array, items: { type: integer } } } } } } }
  /events:
    get:
      operationId: events
      responses:
        "200":
          description: on and on
          content:
            text/event-stream:
              itemSchema:
                type: object
                required: [data]
                properties:
                  event: { enum: [born, sold] }
                  data: { type: string, contentMediaType: application/json, contentSchema: { $ref: "#/components/schemas/Pet" } }
  /numbers:
    get: { operationId: numbers, responses: { "200": { description: on and on, content: { text/event-stream: { itemSchema: { type: integer } } } } } }
  /chat:
    get:
      operationId: chat
      x-tornado-websocket: { receive: { $ref: "#/components/schemas/Pet" }, send: { $ref: "#/components/schemas/Pet" } }
      responses: { "101": { description: open } }
  /pet:
    put:
      operationId: putPet
      requestBody: { required: true, content: { application/xml: { schema: { $ref: "#/components/schemas/Pet" } } } }
      responses:
        "200": { description: the pet, content: { application/xml: { schema: { $ref: "#/components/schemas/Pet" } } } }
        default: { description: other, content: { application/problem+json: {} } }
  /either:
    put:
      operationId: putEither
      requestBody: { required: true, content: { application/xml: { schema: { $ref: "#/components/schemas/Either" } } } }
      responses:
        "200": { description: either, content: { application/xml: { schema: { $ref: "#/components/schemas/Either" } } } }
        default: { description: other, content: { application/problem+json: {} } }
  /file:
    get:
      operationId: file
      responses:
        "200": { description: all of it, content: { text/plain: { schema: { type: string, minLength: 5 } } } }
        "206": { description: a part, content: { text/plain: { schema: { type: string, minLength: 5 } } } }
        "416": { description: not there }
    put:
      operationId: putFile
      requestBody: { required: true, content: { "image/*": { schema: { type: string, format: binary } } } }
      responses: { "204": { description: done } }
components:
  schemas:
    Either:
      oneOf:
        - { type: object, additionalProperties: false, required: [size], properties: { kind: { const: box }, size: { type: integer, minimum: 1 } } }
        - { type: object, additionalProperties: false, required: [word], properties: { kind: { const: tag }, word: { type: string, minLength: 2 } } }
    Pet:
      type: object
      required: [name]
      additionalProperties: false
      xml: { name: pet, namespace: "urn:pets" }
      properties:
        name: { type: string, minLength: 1, maxLength: 20 }
        age: { type: integer, minimum: 0, xml: { attribute: true } }
        tags: { type: array, maxItems: 3, xml: { wrapped: true }, items: { type: string, maxLength: 20, xml: { name: tag } } }
`

// kinds answers as the document of all kinds of bodies has it, but for one lie.
type kinds struct{ lie string }

// or is what is said in the place of the truth for a lie.
func (k kinds) or(truth string, lies map[string]string) string {
	if said, ok := lies[k.lie]; ok {
		return said
	}
	return truth
}

func (k kinds) handler() http.Handler {
	mux := http.NewServeMux()
	stream := func(path, media, truth string, lies map[string]string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", media)
			_, _ = io.WriteString(w, k.or(truth, lies))
			_ = http.NewResponseController(w).Flush()
			switch {
			case k.lie == "a stream is cut":
				panic(http.ErrAbortHandler)
			case path == "/events": // which has no end
				<-r.Context().Done()
			}
		})
	}
	stream("/lines", "application/jsonl", "{\"name\":\"Mia\"}\n\n{\"name\":\"Rex\",\"age\":1}", map[string]string{
		"a line breaks its schema": "{\"name\":\"Mia\"}\n{\"name\":\"\"}\n", "the last line breaks its schema": "{\"name\":\"Mia\"}\n{}", "a line is no JSON": "{\"name\":\n\"Mia\"}\n",
	})
	stream("/sequence", "application/json-seq", "\x1e1\n\x1e2\n", map[string]string{
		"a sequence of lines": "1\n2\n", "a text breaks its schema": "\x1e1\n\x1e\"2\"\n", "a text may be cut": "\x1e1\n\x1e2",
	})
	stream("/events", "text/event-stream", ": hello\n\nevent: born\ndata: {\"name\":\ndata: \"Mia\"}\n\ndata: {\"na", map[string]string{
		"the data of an event breaks its schema": "data: {\"name\":\"Mia\"}\n\ndata: {\"name\":7}\n\n", "the data is no JSON": "data: Mia\n\n",
		"an event has another name": "event: lost\ndata: {\"name\":\"Mia\"}\n\n",
	})
	stream("/numbers", "text/event-stream", "id: 7\ndata: 1\n\nretry: 5\n\n", map[string]string{"the data breaks its schema": "data: one\n\n", "data of another type": "data: \"1\"\r\n\r\n"})
	mux.HandleFunc("POST /lines", func(w http.ResponseWriter, r *http.Request) {
		k.accept(w, r.Header.Get("Content-Type") == "application/jsonl" || k.lie == "takes any media type")
	})
	mux.HandleFunc("PUT /file", func(w http.ResponseWriter, r *http.Request) {
		k.accept(w, strings.HasPrefix(r.Header.Get("Content-Type"), "image/") || k.lie == "takes what is no image")
	})
	mux.HandleFunc("GET /chat", k.chat)
	mux.HandleFunc("PUT /pet", k.putPet)
	mux.HandleFunc("PUT /either", k.putEither)
	mux.HandleFunc("GET /file", k.file)
	return mux
}

func (kinds) accept(w http.ResponseWriter, well bool) {
	if well {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusUnsupportedMediaType)
	_, _ = io.WriteString(w, `{"title":"no"}`)
}

// chat sends a message, and each that comes back.
func (k kinds) chat(w http.ResponseWriter, r *http.Request) {
	conn, _, _, err := ws.UpgradeHTTP(r, w)
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	hello := ws.NewTextFrame([]byte(k.or(`{"name":"Mia"}`, map[string]string{"a message breaks its schema": `{"name":7}`, "a message is no JSON": "Mia"})))
	switch k.lie {
	case "a message is binary":
		hello.Header.OpCode = ws.OpBinary
	case "a message is masked":
		hello = ws.MaskFrame(hello)
	case "a message is not UTF-8":
		hello = ws.NewTextFrame([]byte("\"\xff\""))
	}
	_ = ws.WriteFrame(conn, hello)
	for {
		h, err := ws.ReadHeader(conn)
		if err != nil || h.OpCode == ws.OpClose {
			return
		}
		said := make([]byte, h.Length)
		if _, err := io.ReadFull(conn, said); err != nil {
			return
		}
		ws.Cipher(said, h.Mask, 0)
		switch k.lie {
		case "refuses a valid message":
			_ = ws.WriteFrame(conn, ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusPolicyViolation, "/name: no")))
			return
		case "fails at a message":
			_ = ws.WriteFrame(conn, ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusInternalServerError, "oh")))
			return
		}
		half := ws.NewFrame(ws.OpText, false, said[:1]) // in fragments, with a ping between
		_ = ws.WriteFrame(conn, half)
		_ = ws.WriteFrame(conn, ws.NewPingFrame(nil))
		_ = ws.WriteFrame(conn, ws.NewFrame(ws.OpContinuation, true, said[1:]))
	}
}

type xmlPet struct {
	XMLName xml.Name `xml:"urn:pets pet"`
	Age     *uint32  `xml:"age,attr"`
	Name    []string `xml:"name"`
	Tags    []struct {
		Tag   []string `xml:"tag"`
		Other []struct {
			XMLName xml.Name
		} `xml:",any"`
	} `xml:"tags"`
	Other []struct {
		XMLName xml.Name
	} `xml:",any"`
}

// well tells whether a pet that was sent is as the document says.
func (p *xmlPet) well() bool {
	if len(p.Name) != 1 || len([]rune(p.Name[0])) > 20 || p.Name[0] == "" || len(p.Other) > 0 || len(p.Tags) > 1 {
		return false
	}
	for _, tags := range p.Tags {
		for _, tag := range tags.Tag {
			if len([]rune(tag)) > 20 {
				return false
			}
		}
		if len(tags.Tag) > 3 || len(tags.Other) > 0 {
			return false
		}
	}
	return true
}

func (k kinds) putPet(w http.ResponseWriter, r *http.Request) {
	var sent xmlPet
	body, _ := io.ReadAll(r.Body)
	err := xml.Unmarshal(body, &sent)
	if (err != nil || bytes.Contains(body, []byte("xsi:nil")) || !sent.well()) && k.lie != "takes any pet" {
		k.accept(w, false)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	_, _ = io.WriteString(w, k.or(`<?xml version="1.0"?><p:pet xmlns:p="urn:pets" age=" 3 "><name>Mia &amp; co</name><tags><tag>a</tag></tags></p:pet>`, map[string]string{
		"XML breaks its schema": `<pet xmlns="urn:pets" age="-3"><name>Mia</name></pet>`, "XML is cut": `<pet xmlns="urn:pets"><name>Mia</name>`,
		"another root": `<cat xmlns="urn:pets"><name>Mia</name></cat>`, "no namespace": `<pet><name>Mia</name></pet>`,
		"an element in place of an attribute": `<pet xmlns="urn:pets"><name>Mia</name><age>3</age></pet>`,
		"an item of another name":             `<pet xmlns="urn:pets"><name>Mia</name><tags><label>a</label></tags></pet>`,
		"an element without a property":       `<pet xmlns="urn:pets"><name>Mia</name><colour>red</colour></pet>`,
	}))
}

// putEither takes a box or a tag.
func (k kinds) putEither(w http.ResponseWriter, r *http.Request) {
	var sent struct {
		Kind  []string   `xml:"kind"`
		Size  []string   `xml:"size"`
		Word  []string   `xml:"word"`
		Other []struct{} `xml:",any"`
	}
	body, _ := io.ReadAll(r.Body)
	err := xml.Unmarshal(body, &sent)
	is := func(kind string, has, lacks []string) bool {
		return len(has) == 1 && len(lacks) == 0 && (len(sent.Kind) == 0 || len(sent.Kind) == 1 && sent.Kind[0] == kind)
	}
	well := is("tag", sent.Word, sent.Size) && len([]rune(sent.Word[0])) >= 2
	if is("box", sent.Size, sent.Word) {
		size, err := strconv.ParseFloat(strings.TrimSpace(sent.Size[0]), 64)
		well = err == nil && size >= 1 && size == math.Trunc(size)
	}
	if (err != nil || bytes.Contains(body, []byte("xsi:nil")) || len(sent.Other) > 0 || !well) && k.lie != "takes neither" {
		k.accept(w, false)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	_, _ = io.WriteString(w, k.or(`<x><word>12</word></x>`, map[string]string{
		"a member breaks its schema": `<x><word>1</word></x>`, "another member": `<x><kind>box</kind><word>12</word></x>`,
	}))
}

func (k kinds) file(w http.ResponseWriter, r *http.Request) {
	const text = "some text"
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("ETag", `"1"`)
	asked, part := r.Header.Get("Range"), "s"
	switch {
	case asked == "":
		_, _ = io.WriteString(w, text)
		return
	case k.lie == "no range is there", asked != "bytes=0-0" && k.lie != "every range is there":
		w.Header().Set("Content-Range", k.or(fmt.Sprintf("bytes */%d", len(text)), map[string]string{"416 with a range": "bytes 0-0/9"}))
		w.Header().Del("Content-Type")
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return
	}
	if k.lie != "a part without its range" {
		w.Header().Set("Content-Range", k.or("bytes 0-0/9", map[string]string{"a part of no range": "bytes 5-3/9", "a range without its length": "bytes 0-0"}))
	}
	part = k.or(part, map[string]string{"a part that is longer": "so", "a part of something else": "x"})
	w.WriteHeader(http.StatusPartialContent)
	_, _ = io.WriteString(w, part)
}

func kindsRun(t *testing.T, lie string) (*run, map[string]*drive.Operation) {
	t.Helper()
	server := httptest.NewServer(kinds{lie}.handler())
	t.Cleanup(server.Close)
	judges, err := drive.New([]byte(kindsDocument))
	require.NoError(t, err)
	ops := map[string]*drive.Operation{}
	for _, op := range judges.Operations() {
		ops[op.ID] = op
	}
	settings := settingsOf(nil)
	settings.checks = 8 // with -short, too: one conversation need not have a message
	return &run{
		settings: settings, judges: judges, base: server.URL, shown: "http://shown", client: http.DefaultClient,
		listens: 500 * time.Millisecond, // the machine may have other things to do
	}, ops
}

// TestFindsLiesOfAllKinds finds what is wrong in the items of streams, in messages, in XML and in parts.
func TestFindsLiesOfAllKinds(t *testing.T) {
	for lie, c := range map[string]struct{ op, says string }{
		"a line breaks its schema":               {"lines", "item 2 of the stream breaks its schema: at '/name': minLength"},
		"the last line breaks its schema":        {"lines", "item 2 of the stream breaks its schema"},
		"a line is no JSON":                      {"lines", "item 1 of the stream is no JSON"},
		"a stream is cut":                        {"lines", "the stream was cut"},
		"takes any media type":                   {"addLines", "an invalid request was accepted, with 204"},
		"a sequence of lines":                    {"sequence", "does not begin with a record separator"},
		"a text breaks its schema":               {"sequence", "item 2 of the stream breaks its schema"},
		"a text may be cut":                      {"sequence", "text 2 of the sequence does not end with a line feed"},
		"the data of an event breaks its schema": {"events", "item 2 of the stream breaks its schema: at '/name'"},
		"the data is no JSON":                    {"events", "item 1 of the stream is no JSON"},
		"an event has another name":              {"events", "item 1 of the stream breaks its schema: at '/event'"},
		"the data breaks its schema":             {"numbers", "item 1 of the stream is no JSON"},
		"data of another type":                   {"numbers", "item 1 of the stream breaks its schema"},
		"a message breaks its schema":            {"chat", "a message breaks its schema: at '/name'"},
		"a message is no JSON":                   {"chat", "a message is no JSON"},
		"a message is binary":                    {"chat", "a message is in a binary frame and not in a text one"},
		"a message is masked":                    {"chat", "breaks RFC 6455"},
		"a message is not UTF-8":                 {"chat", "breaks RFC 6455: a text is not UTF-8"},
		"refuses a valid message":                {"chat", "a valid message was refused with 1008 /name: no\n\tafter the message {\"name\":"},
		"fails at a message":                     {"chat", "the WebSocket ended with 1011 oh"},
		"takes any pet":                          {"putPet", "an invalid request was accepted, with 200"},
		"XML breaks its schema":                  {"putPet", "the body breaks its schema: at '/age': minimum"},
		"XML is cut":                             {"putPet", "the body is no XML"},
		"takes neither":                          {"putEither", "an invalid request was accepted, with 200"},
		"a member breaks its schema":             {"putEither", "the body breaks its schema: at '': 'oneOf' failed"},
		"another member":                         {"putEither", "the body breaks its schema: at '': 'oneOf' failed"},
		"another root":                           {"putPet", "the body has the root cat and not pet"},
		"no namespace":                           {"putPet", `the body has a root of the namespace "" and not "urn:pets"`},
		"an element in place of an attribute":    {"putPet", "the body breaks its schema"},
		"an item of another name":                {"putPet", "has an element label in tags, where each is called tag"},
		"an element without a property":          {"putPet", "additional properties 'colour' not allowed"},
		"a part without its range":               {"file", "with Range: bytes=0-0: response 206: it is a part without a Content-Range"},
		"a part of no range":                     {"file", `its Content-Range "bytes 5-3/9" is of no range`},
		"a range without its length":             {"file", `its Content-Range "bytes 0-0" is not that of a part`},
		"a part that is longer":                  {"file", "and the body has 2 bytes"},
		"a part of something else":               {"file", "the part is not that of the whole"},
		"no range is there":                      {"file", "the range is there, and it is refused with 416"},
		"every range is there":                   {"file", "with Range: bytes=9-: the range is not there, and it answers 206"},
		"416 with a range":                       {"file", "is not that of a range that is not there"},
		"takes what is no image":                 {"putFile", "an invalid request was accepted, with 204"},
	} {
		t.Run(lie, func(t *testing.T) {
			t.Parallel()
			r, ops := kindsRun(t, lie)
			rec := &recorder{TB: t}
			text := rec.run(func() { r.operation(rec, ops[c.op]) })
			assert.True(t, rec.failed, text)
			assert.Contains(t, text, c.says)
			assert.Contains(t, text, "curl -i ")
		})
	}
}

// TestHonestServerOfAllKinds: who keeps to the document passes, with nothing left out.
func TestHonestServerOfAllKinds(t *testing.T) {
	r, ops := kindsRun(t, "")
	for id, op := range ops {
		require.Empty(t, r.reason(op), id)
		rec := &recorder{TB: t}
		var left []string
		text := rec.run(func() { left = r.variants(rec, op) })
		assert.False(t, rec.failed, "%s: %s", id, text)
		assert.Empty(t, left, id)
	}
}
