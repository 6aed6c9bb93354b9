package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// wire writes the values of a request as the document says.
func (op *operation) wire(in *input) (*wire, error) {
	w := &wire{method: op.method, path: op.path, header: http.Header{}, contentType: op.bodyType}
	var query []string
	for _, p := range op.params {
		v, ok := in.params[p.in+" "+p.name]
		if !ok {
			continue
		}
		switch p.in {
		case "path":
			text, err := simple(v, url.PathEscape)
			if err != nil || text == "" || p.style != "simple" || text == "." || text == ".." {
				return nil, errNoWay
			}
			in.path[p.name] = text
			w.path = strings.ReplaceAll(w.path, "{"+p.name+"}", text)
		case "header":
			text, err := simple(v, func(s string) string { return s })
			if err != nil || strings.TrimSpace(text) != text || text == "" || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
				return nil, errNoWay
			}
			w.header.Set(p.name, text)
		case "query":
			parts, err := p.query(v)
			if err != nil {
				return nil, err
			}
			query = append(query, parts...)
		}
	}
	w.query = strings.Join(query, "&")
	if in.hasBody {
		body, err := json.Marshal(in.body)
		if err != nil {
			return nil, err
		}
		w.body = body
	}
	return w, nil
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
