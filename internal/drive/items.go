package drive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"slices"
	"strconv"
	"strings"
)

// eventMedia is the media type of server-sent events (HTML section 9.2).
const eventMedia = "text/event-stream"

// recordSeparator begins each text of a sequence (RFC 7464 section 2.2).
const recordSeparator = "\x1e"

// Item is one item of a body that goes on.
type Item struct {
	Text   string         // of JSON; "" of an event
	fields map[string]any // of an event, those that came: data, event, id and retry
}

// HasItems tells media types, without parameters, whose bodies are items: events, lines and sequences of JSON.
func HasItems(media string) bool {
	return media == eventMedia || isLines(media) || isSequence(media)
}

func isLines(media string) bool {
	switch media {
	case "application/jsonl", "application/x-jsonl", "application/jsonlines", "application/x-jsonlines", "application/json-lines", "application/ndjson",
		"application/x-ndjson":
		return true
	}
	return false
}

func isSequence(media string) bool {
	return media == "application/json-seq" || strings.HasSuffix(media, "+json-seq")
}

// Items are those of a body that are there as a whole. whole: the body has ended, so that what stands behind the last separator is one, too.
func Items(media string, body []byte, whole bool) (items []Item, fault string) {
	switch {
	case media == eventMedia:
		return events(string(body)), ""
	case isSequence(media):
		before, rest, _ := strings.Cut(string(body), recordSeparator)
		if before != "" {
			return nil, "the sequence does not begin with a record separator"
		}
		texts := strings.Split(rest, recordSeparator)
		for i, text := range texts {
			last := i == len(texts)-1
			if last && !whole && !strings.HasSuffix(text, "\n") {
				break
			}
			if strings.TrimSpace(text) != "" && !strings.HasSuffix(text, "\n") {
				return items, fmt.Sprintf("text %d of the sequence does not end with a line feed: it may have been cut", i+1)
			}
			items = appendText(items, text)
		}
		return items, ""
	}
	for line := range strings.Lines(string(body)) {
		if whole || strings.HasSuffix(line, "\n") {
			items = appendText(items, line)
		}
	}
	return items, ""
}

// appendText appends a text of JSON that is not empty.
func appendText(items []Item, text string) []Item {
	if text = strings.TrimSpace(text); text != "" {
		return append(items, Item{Text: text})
	}
	return items
}

// events are those that a browser would dispatch, as HTML section 9.2.6 reads them: an event without data is none, and one without an empty line
// behind it has not come.
func events(body string) (items []Item) {
	body = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(body, "\ufeff"))
	fields := map[string]any{}
	for line := range strings.Lines(body) {
		line, ended := strings.CutSuffix(line, "\n")
		if !ended {
			break
		}
		if line == "" {
			if data, ok := fields["data"].(string); ok {
				fields["data"] = strings.TrimSuffix(data, "\n")
				items = append(items, Item{fields: fields})
			}
			fields = map[string]any{}
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "data":
			before, _ := fields["data"].(string)
			fields["data"] = before + value + "\n"
		case "event", "id":
			fields[name] = value
		case "retry":
			if n, err := strconv.ParseUint(value, 10, 63); err == nil {
				fields[name] = json.Number(strconv.FormatUint(n, 10))
			}
		}
	}
	return items
}

// judgeItems holds the items of a body against the itemSchema of its media type, which stands at a pointer, else against its schema: that of an
// item, or of a list of them.
func (j *Judges) judgeItems(pointer, bare string, a *Answer) string {
	items, fault := Items(bare, a.Body, a.Whole)
	if fault != "" {
		return fault
	}
	schema, at := j.itemSchema(pointer)
	for i, item := range items {
		if fault := j.judgeItem(schema, at, bare, item); fault != "" {
			return fmt.Sprintf("item %d of the stream %s", i+1, fault)
		}
	}
	return ""
}

// itemSchema finds what a media type says of an item, nil for nothing.
func (j *Judges) itemSchema(pointer string) (schema map[string]any, at string) {
	if schema, at := j.deref(pointer + "/itemSchema"); schema != nil {
		return schema, at
	}
	schema, at = j.deref(pointer + "/schema")
	if slices.Equal(typesOf(schema), []string{"array"}) && schema["items"] != nil {
		return j.deref(at + "/items")
	}
	return schema, at
}

// judgeItem says what is wrong with an item.
func (j *Judges) judgeItem(schema map[string]any, at, bare string, item Item) string {
	if bare != eventMedia {
		return j.judgeText(schema, at, item.Text)
	}
	data, _ := item.fields["data"].(string) // each has it
	switch {
	case schema == nil || schema["properties"] == nil && (schema["allOf"] != nil || schema["oneOf"] != nil || schema["anyOf"] != nil):
		return "" // whether it is said of the event or of its data cannot be told
	case isEvent(schema):
		if fault := j.judgeValue(at, item.fields); fault != "" {
			return fault
		}
		field, where := j.deref(at + "/properties/data")
		if content, at := j.deref(where + "/contentSchema"); content != nil {
			return j.judgeText(content, at, data)
		}
		if media, _, _ := mime.ParseMediaType(fmt.Sprint(field["contentMediaType"])); isJSON(media) && !json.Valid([]byte(data)) {
			return "has data that is no JSON"
		}
		return ""
	case slices.Equal(typesOf(schema), []string{"string"}):
		return j.judgeValue(at, data)
	}
	return j.judgeText(schema, at, data)
}

// isEvent tells a schema of the fields of an event (OpenAPI 3.2 section 4.14.4) from one of its data.
func isEvent(schema map[string]any) bool {
	properties, _ := schema["properties"].(map[string]any)
	for name := range properties {
		if !slices.Contains([]string{"data", "event", "id", "retry"}, name) {
			return false
		}
	}
	return properties["data"] != nil || properties["event"] != nil
}

// judgeText says what is wrong with a text of JSON.
func (j *Judges) judgeText(schema map[string]any, at, text string) string {
	value, fault := decodeJSON([]byte(text))
	if fault != "" {
		return "is no JSON: " + fault
	}
	if schema == nil {
		return ""
	}
	return j.judgeValue(at, value)
}

func (j *Judges) judgeValue(at string, value any) string {
	if _, fault := j.check(answer, at, value); fault != "" {
		return "breaks its schema: " + fault
	}
	return ""
}

// decodeJSON reads one text of JSON, numbers as they are written.
func decodeJSON(text []byte) (value any, fault string) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return nil, err.Error()
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, "something follows it"
	}
	return value, ""
}

// writeItems writes a list as lines or as a sequence (RFC 7464).
func writeItems(media string, v any) ([]byte, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, errNoWay // no items may be no body
	}
	var b bytes.Buffer
	for _, item := range list {
		data, err := json.Marshal(item)
		if err != nil {
			return nil, err
		}
		if bare, _, _ := mime.ParseMediaType(media); isSequence(bare) {
			b.WriteString(recordSeparator)
		}
		b.Write(append(data, '\n'))
	}
	return b.Bytes(), nil
}

// checkItems is the opinion of JSON Schema on a list of items, each by itself.
func (j *Judges) checkItems(pointer string, v any) (opinion, string) {
	list, ok := v.([]any)
	if !ok {
		return unknown, ""
	}
	for _, item := range list {
		if o, fault := j.check(request, pointer, item); o != accepts {
			return o, fault
		}
	}
	return accepts, ""
}

// StreamsParts reports whether the body of an answer is multipart and may never end: where its media type, with parameters, has an itemSchema
// (OpenAPI 3.2, section Streaming Multipart).
func (j *Judges) StreamsParts(op *Operation, status int, sent string) bool {
	r, _, pointer := j.response(op, status)
	content, _ := r["content"].(map[string]any)
	name, declared := contentFor(content, sent)
	if !declared || !strings.HasPrefix(strings.ToLower(sent), "multipart/") {
		return false
	}
	media, _ := j.deref(pointer + "/content/" + escapePointer(name))
	return media["itemSchema"] != nil
}
