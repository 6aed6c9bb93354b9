package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// curlRoot is where a service listens that nobody told otherwise.
const curlRoot = "http://localhost:8080"

// maxCurl bounds a line for a shell; what would be longer says what it needs instead.
const maxCurl = 800

// printCurl prints a line for a shell for each operation, with samples of what it needs.
func printCurl(w io.Writer, api *spec.API, list []routeJSON) error {
	for _, r := range list {
		if r.source == nil {
			continue
		}
		if _, err := fmt.Fprintln(w, cells([]string{curlOf(r.source, api.BasePath)})); err != nil {
			return err
		}
	}
	return nil
}

// request is a curl command in the making.
type request struct {
	path    string
	query   []string
	options []string
	needs   []string // what no sample is made of
}

// curlOf is the command for one operation: "curl -i -X POST 'http://localhost:8080/pets' -H 'Content-Type: application/json' -d '{}'".
func curlOf(op *spec.Operation, basePath string) string {
	r := request{path: basePath + op.Path}
	for _, p := range op.Parameters {
		if p.Required || namedBy(op, p) {
			r.parameter(p)
		}
	}
	for _, pair := range op.Query {
		if !slices.ContainsFunc(op.Parameters, func(p *spec.Parameter) bool { return p.In == spec.InQuery && p.Name == pair.Name }) {
			r.pair(pair)
		}
	}
	if op.Body != nil && op.Body.Required {
		r.body(op.Body)
	}
	address := curlRoot + r.path
	if len(r.query) > 0 {
		address += "?" + strings.Join(r.query, "&")
	}
	line := "curl -i "
	switch op.Method {
	case "GET":
	case "HEAD":
		line = "curl -I "
	default:
		line += "-X " + shellWord(op.Method) + " "
	}
	line += "'" + strings.ReplaceAll(address, "'", "%27") + "'"
	full := line
	for _, option := range r.options {
		full += " " + option
	}
	if len(full) > maxCurl {
		full = line
		r.needs = append(r.needs, "more than fits here")
	}
	if len(r.needs) > 0 {
		full += "  # needs " + strings.Join(r.needs, ", ")
	}
	return full
}

// namedBy says whether the key of the path names a parameter behind the path.
func namedBy(op *spec.Operation, p *spec.Parameter) bool {
	named := func(pair spec.Pair) bool { return pair.Name == p.Name }
	return p.In == spec.InQuery && slices.ContainsFunc(op.Query, named) ||
		(p.In == spec.InQuery || p.In == spec.InHeader) && slices.ContainsFunc(op.Fragment, named)
}

// pair adds what the key of the path has in its query.
func (r *request) pair(pair spec.Pair) {
	text := url.QueryEscape(pair.Name)
	if !pair.Bare {
		text += "=" + url.QueryEscape(pair.Value)
	}
	r.query = append(r.query, text)
}

// parameter adds a sample of a required parameter.
func (r *request) parameter(p *spec.Parameter) {
	sample := sampleOf(p.Schema)
	if len(p.Examples) > 0 {
		sample = p.Examples[0].JSON
	}
	if sample == "[]" && p.Schema.Items != nil {
		sample = sampleOf(p.Schema.Items)
	}
	text, plain := sample, true
	if p.ContentType == "" {
		text, plain = scalarOf(sample)
	}
	if p.In == spec.InPath {
		if !plain || text == "" {
			text = "1"
			r.needs = append(r.needs, "the parameter "+p.Name)
		}
		switch p.Style {
		case "label":
			text = "." + url.PathEscape(text)
		case "matrix":
			text = ";" + p.Name + "=" + url.PathEscape(text)
		default:
			text = url.PathEscape(text)
		}
		r.path = strings.NewReplacer("{"+p.Name+"}", text, "{"+p.Name+"...}", text).Replace(r.path)
		return
	}
	switch {
	case !plain, p.In == spec.InQueryString:
		r.needs = append(r.needs, "the parameter "+p.Name)
	case p.In == spec.InQuery:
		r.query = append(r.query, url.QueryEscape(p.Name)+"="+url.QueryEscape(text))
	case p.In == spec.InHeader:
		r.options = append(r.options, "-H "+shellQuote(p.Name+": "+text))
	case p.In == spec.InCookie:
		r.options = append(r.options, "-b "+shellQuote(p.Name+"="+url.QueryEscape(text)))
	}
}

// scalarOf is the text of a scalar of JSON, or of the only item of a list; false for what has parts.
func scalarOf(sample string) (string, bool) {
	var list []json.RawMessage
	if json.Unmarshal([]byte(sample), &list) == nil && len(list) > 0 {
		sample = string(list[0])
	}
	var text string
	if json.Unmarshal([]byte(sample), &text) == nil {
		return text, true
	}
	return sample, !strings.HasPrefix(sample, "{") && !strings.HasPrefix(sample, "[")
}

// body adds a sample of JSON, or else of XML, or says which body is needed.
func (r *request) body(body *spec.RequestBody) {
	if len(body.Content) == 0 {
		return
	}
	isKind := func(is func(string) bool) func(m *spec.MediaType) bool {
		return func(m *spec.MediaType) bool { return is(mediaOf(m.Name)) }
	}
	at := slices.IndexFunc(body.Content, isKind(spec.IsJSON))
	if at < 0 {
		at = slices.IndexFunc(body.Content, isKind(spec.IsXML))
	}
	if at < 0 {
		r.needs = append(r.needs, "a body of "+body.Content[0].Name)
		return
	}
	m := body.Content[at]
	media := mediaOf(m.Name)
	inLine := func(text string) string { return strings.TrimPrefix(text, xmlHeader) } // which would be one of its own
	sample := inLine(bodyText(media, m.Schema, sampleOf(m.Schema)))
	if examples := examplesOf(m); len(examples) > 0 {
		for _, text := range []string{examples[0].Serialized, bodyText(media, m.Schema, examples[0].JSON)} {
			if text = inLine(text); text != "" && len(text) < maxCurl/2 && plain(text) == text {
				sample = text
				break
			}
		}
	}
	r.options = append(r.options, "-H "+shellQuote("Content-Type: "+m.Name), "-d "+shellQuote(sample))
}
