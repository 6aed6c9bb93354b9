package spec

import "strings"

// IsJSON says whether a media type is JSON by its name, whatever its parameters (RFC 6839 section 3.1 for the suffix).
func IsJSON(mediaType string) bool {
	name, _, _ := strings.Cut(mediaType, ";")
	name = strings.TrimSpace(name)
	return name == "application/json" || name == "text/json" || strings.Contains(name, "/") && strings.HasSuffix(name, "+json")
}

// IsXML says whether a media type is XML by its name, whatever its parameters (RFC 7303 sections 4.2 and 9.1).
func IsXML(mediaType string) bool {
	name, _, _ := strings.Cut(mediaType, ";")
	name = strings.TrimSpace(name)
	return name == "application/xml" || name == "text/xml" || strings.Contains(name, "/") && strings.HasSuffix(name, "+xml")
}

// IsSequence says whether a media type, without parameters, is a stream of JSON texts by its name (OpenAPI 3.2 section 4.14.3).
func IsSequence(name string) bool {
	switch name {
	case "application/jsonl", "application/x-jsonl", "application/jsonlines", "application/x-jsonlines", "application/json-lines",
		"application/ndjson", "application/x-ndjson", "application/json-seq":
		return true
	}
	return strings.HasSuffix(name, "+json-seq")
}
