package drive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Wire is a request as it is sent.
type Wire struct {
	Method, Path, Query string // the path without the base path
	Header              http.Header
	ContentType         string
	Body                []byte // nil for none
}

// String tells what is sent, header fields by name.
func (w *Wire) String() string {
	text := w.Method + " " + w.Path
	if w.Query != "" {
		text += "?" + w.Query
	}
	for _, name := range slices.Sorted(maps.Keys(w.Header)) {
		text += " " + name + ": " + strings.Join(w.Header[name], ",")
	}
	return text + " " + string(w.Body)
}

// Request is the request to base, which has the base path.
func (w *Wire) Request(ctx context.Context, base string) (*http.Request, error) {
	address := base + w.Path
	if w.Query != "" {
		address += "?" + w.Query
	}
	var body io.Reader
	if w.Body != nil {
		body = bytes.NewReader(w.Body)
	}
	req, err := http.NewRequestWithContext(ctx, w.Method, address, body)
	if err != nil {
		return nil, err
	}
	req.Header["User-Agent"] = nil // what the client adds by itself
	maps.Copy(req.Header, w.Header)
	if w.Body != nil {
		req.Header.Set("Content-Type", w.ContentType)
	}
	return req, nil
}

var errNoWay = errors.New("this package does not write such a value")

// Wire writes the values of a request as the document says. The error is for values that it cannot write.
func (j *Judges) Wire(op *Operation, in *Input) (*Wire, error) {
	w := &Wire{Method: op.Method, Path: op.Route, Header: http.Header{}, ContentType: concrete(op.MediaType)}
	if in.MediaType != "" {
		w.ContentType = in.MediaType
	}
	query := slices.Clone(op.query)
	for _, p := range op.params {
		v, ok := in.Params[p.in+" "+p.name]
		if !ok {
			continue
		}
		if err := p.write(w, in, v); err != nil {
			return nil, err
		}
		if p.in == "query" {
			parts, err := p.query(v)
			if err != nil {
				return nil, err
			}
			query = append(query, parts...)
		}
	}
	w.Path, w.Query = escaped(w.Path), strings.Join(query, "&")
	if !in.HasBody {
		return w, nil
	}
	return w, j.writeBody(op, w, in.Body)
}

// escaped is a path of a URL whose text beside the variables stands as in the document: what no URL has is percent-encoded.
func escaped(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if c := path[i]; c <= ' ' || c > '~' || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// write writes a parameter that is not in the query.
func (p param) write(w *Wire, in *Input, v any) error {
	text, err := p.text(v)
	switch p.in {
	case "path":
		if err != nil || text == "" || p.style != "simple" || text == "." || text == ".." {
			return errNoWay
		}
		in.path[p.name] = text
		w.Path = strings.ReplaceAll(w.Path, "{"+p.name+"}", text)
	case "header":
		if err != nil || strings.TrimSpace(text) != text || text == "" || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			return errNoWay
		}
		w.Header.Set(p.name, text)
	case "cookie":
		_, isList := v.([]any)
		if err != nil || isList || text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`",;\`, r) }) {
			return errNoWay
		}
		pair := p.name + "=" + text
		if before := w.Header.Get("Cookie"); before != "" {
			pair = before + "; " + pair
		}
		w.Header.Set("Cookie", pair)
	}
	return nil
}

// text is a value that is not in the query.
func (p param) text(v any) (string, error) {
	escape := func(s string) string { return s }
	if p.in == "path" {
		escape = url.PathEscape
	}
	if p.json {
		data, err := json.Marshal(v)
		return escape(string(data)), err
	}
	return simple(v, escape)
}

// scalar is the text of a value that is neither list nor object.
func scalar(v any) (string, error) {
	switch of := v.(type) {
	case string:
		return of, nil
	case json.Number:
		return of.String(), nil
	case bool:
		return fmt.Sprint(of), nil
	}
	return "", errNoWay
}

// simple is a scalar or a list, separated by commas.
func simple(v any, escape func(string) string) (string, error) {
	list, ok := v.([]any)
	if !ok {
		text, err := scalar(v)
		return escape(text), err
	}
	var parts []string
	for _, item := range list {
		text, err := scalar(item)
		if err != nil || strings.Contains(text, ",") {
			return "", errNoWay
		}
		parts = append(parts, escape(text))
	}
	return strings.Join(parts, ","), nil
}

// query writes a parameter of the query: scalars, lists, and flat objects of the style deepObject.
func (p param) query(v any) ([]string, error) {
	name := url.QueryEscape(p.name)
	if p.json {
		text, err := p.text(v)
		return []string{name + "=" + url.QueryEscape(text)}, err
	}
	switch of := v.(type) {
	case []any:
		separator := map[string]string{"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}[p.style]
		var parts []string
		for _, item := range of {
			text, err := scalar(item)
			if err != nil || separator == "" || strings.ContainsAny(text, ", |") && !p.explode {
				return nil, errNoWay
			}
			parts = append(parts, url.QueryEscape(text))
		}
		if len(parts) == 0 || !slices.Equal(typesOf(p.schema), []string{"array"}) {
			return nil, errNoWay // an empty list cannot be told from none, nor one of several types from another of them
		}
		if !p.explode {
			return []string{name + "=" + strings.Join(parts, separator)}, nil
		}
		for i := range parts {
			parts[i] = name + "=" + parts[i]
		}
		return parts, nil
	case map[string]any:
		if p.style != "deepObject" || len(of) == 0 {
			return nil, errNoWay
		}
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(of)) {
			text, err := scalar(of[key])
			if err != nil {
				return nil, err
			}
			parts = append(parts, name+"%5B"+url.QueryEscape(key)+"%5D="+url.QueryEscape(text))
		}
		return parts, nil
	}
	text, err := scalar(v)
	if text == "" {
		err = errNoWay // what an empty value means is told by allowEmptyValue, which the judges see otherwise
	}
	return []string{name + "=" + url.QueryEscape(text)}, err
}
