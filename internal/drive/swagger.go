package drive

import "slices"

// liftForms gives the forms of a document that was lifted from Swagger 2.0 what openapi2conv leaves out: a form with a required field is
// required, and lists are written as their collectionFormat says.
func liftForms(tree, before map[string]any) {
	paths, _ := tree["paths"].(map[string]any)
	for path, item := range paths {
		methods, _ := item.(map[string]any)
		for method, op := range methods {
			described, _ := op.(map[string]any)
			b, _ := described["requestBody"].(map[string]any)
			content, _ := b["content"].(map[string]any)
			for name, entry := range content {
				media, _ := entry.(map[string]any)
				schema, _ := media["schema"].(map[string]any)
				switch kindOf(name, schema, true) {
				case bodyForm, bodyMultipart:
				default:
					continue
				}
				if required, _ := schema["required"].([]any); len(required) > 0 {
					b["required"] = true
				}
				if encoding := listEncodings(before, path, method); len(encoding) > 0 {
					media["encoding"] = encoding
				}
			}
		}
	}
}

// listEncodings are how the fields of an operation of Swagger 2.0 that are lists are written.
func listEncodings(before map[string]any, path, method string) map[string]any {
	at := "/paths/" + escapePointer(path)
	own, _ := lookup(before, at+"/"+method+"/parameters").([]any)
	shared, _ := lookup(before, at+"/parameters").([]any)
	encodings := map[string]any{}
	for _, item := range slices.Concat(shared, own) {
		p, _ := item.(map[string]any)
		p = resolved(before, p)
		name, _ := p["name"].(string)
		if p["in"] != "formData" || p["type"] != "array" {
			continue
		}
		switch p["collectionFormat"] {
		case "multi":
			encodings[name] = map[string]any{"style": "form", "explode": true}
		case "ssv":
			encodings[name] = map[string]any{"style": "spaceDelimited", "explode": false}
		case "pipes":
			encodings[name] = map[string]any{"style": "pipeDelimited", "explode": false}
		case "tsv":
			encodings[name] = map[string]any{"style": "tabs", "explode": false} // not written
		default:
			encodings[name] = map[string]any{"style": "form", "explode": false}
		}
	}
	return encodings
}
