package spec

import (
	"errors"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// This file is the only one that knows kin-openapi.

// kinVersion is the version that kin-openapi is told.
func kinVersion(stated string) string {
	switch {
	case strings.HasPrefix(stated, "3.2"):
		return "3.2.0"
	case stated == "", stated == "3", strings.HasPrefix(stated, "3.0"): // "": OpenAPI 2.0
		return "3.0.3"
	default:
		return "3.1.0"
	}
}

// kinFrame is what stands around an object of a role in a document that holds nothing else; "": kin-openapi is not asked.
func kinFrame(r role) (before, after string) {
	switch section := grammars[r].section; {
	case r == rolePathItem:
		return `"paths":{"/x":`, `}`
	case r == roleOperation:
		return `"paths":{"/x":{"get":`, `}}`
	case r == roleMediaType:
		return `"paths":{},"components":{"requestBodies":{"x":{"content":{"x/x":`, `}}}}`
	case section != "":
		return `"paths":{},"components":{"` + section + `":{"x":`, `}}`
	default:
		return "", ""
	}
}

// kinStub is a sound object in the place of a reference.
func kinStub(n *node) string {
	switch n.role {
	case roleParameter:
		return `{"name":"x","in":"query","schema":{}}`
	case roleHeader:
		return `{"schema":{}}`
	case roleRequestBody:
		return `{"content":{}}`
	case roleResponse:
		return `{"description":""}`
	case roleExample:
		return `{"value":0}`
	case roleLink:
		return `{"operationId":"x"}`
	case roleSecurityScheme:
		return `{"type":"http","scheme":"basic"}`
	case roleOperation:
		return `{"responses":{"default":{"description":""}}}`
	}
	if n.role == roleNone && n.end().shape == shapeList {
		return `[]`
	}
	return `{}`
}

// told are findings that the checker and the lifter tell at their own line, that follow from cutting references off, or that
// say of a sound document that it is not.
var told = map[string]bool{
	"conflicting-paths": true, "duplicate-operation-id": true, "duplicate-parameter": true, "duplicate-required-field": true,
	"extra-sibling-fields": true, "info-required": true, "info-title-required": true, "info-version-required": true,
	"operation-responses-required": true, "responses-required": true, "response-description-required": true,
	"parameter-content-single-entry": true, "parameter-in-invalid": true, "parameter-name-required": true,
	"path-parameter-required": true, "path-parameters-mismatch": true, "paths-required": true, "request-body-content-required": true,
	"content-or-schema-exactly-one": true, "schema-type-unsupported": true, "security-requirement-scheme-undefined": true,
	"security-scheme-http-scheme-invalid": true, "serialization-method-invalid": true, "server-url-required": true,
	"server-url-template-invalid": true, "default-required": true, "schema-items-required": true, "content-keys-overlap": true,
	"additional-operations-invalid-method": true, "operation-id-or-operation-ref-required": true,
}

// kinFinding is one finding of kin-openapi.
type kinFinding struct {
	class, what, remedy string
	steps               []string // members to go down to, as far as they are there
	field               string   // a member to look for below
}

// kinCheck holds a document of one piece against the standard. It neither opens files nor knows the network.
func kinCheck(doc []byte) (found []kinFinding) {
	defer func() {
		if r := recover(); r != nil { // the piece is repaired as far as we know: what is left must not take the command down
			found = []kinFinding{unreadable(fmt.Errorf("%v", r))}
		}
	}()
	loader := openapi3.NewLoader()
	t, err := loader.LoadFromData(doc)
	if err != nil {
		return []kinFinding{unreadable(err)}
	}
	err = t.Validate(loader.Context, openapi3.EnableMultiError(), openapi3.DisableExamplesValidation(),
		openapi3.DisableSchemaDefaultsValidation(), openapi3.DisableSchemaPatternValidation())
	var all openapi3.MultiError
	if !errors.As(err, &all) {
		if err == nil {
			return nil
		}
		all = openapi3.MultiError{err}
	}
	for _, e := range all {
		if f, ok := kinFind(e); ok {
			found = append(found, f)
		}
	}
	return found
}

func unreadable(err error) kinFinding {
	what, _, _ := strings.Cut(err.Error(), ", yaml error")
	what = strings.TrimPrefix(what, "failed to unmarshal data: json error: ")
	return kinFinding{class: "structure", what: "the structure is not sound: " + what, remedy: "compare it with the standard"}
}

// kinFind takes a finding apart: contexts around, and the innermost error with a code.
func kinFind(err error) (kinFinding, bool) {
	f := kinFinding{class: "not-standard", what: err.Error(), remedy: "compare it with the standard"}
	for e := err; e != nil; e = errors.Unwrap(e) {
		f.what = e.Error()
		switch e := e.(type) { //nolint:errorlint // each link of the chain is looked at in its turn
		case *openapi3.SectionValidationError:
			if e.Section == "external docs" {
				f.steps = append(f.steps, "externalDocs")
			} else {
				f.steps = append(f.steps, e.Section)
			}
		case *openapi3.OperationValidationError:
			f.steps = append(f.steps, strings.ToLower(e.Method))
		case *openapi3.RequiredFieldError:
			f.field = e.Field[strings.LastIndexByte(e.Field, '.')+1:]
		case *openapi3.FieldVersionMismatchError:
			f.field = e.Field
		}
		if coded, ok := e.(openapi3.CodedError); ok { //nolint:errorlint // as above
			f.class, f.remedy = coded.Code(), kinRemedy(coded.Code())
		}
	}
	return f, !told[f.class]
}

func kinRemedy(code string) string {
	before, newer := strings.CutSuffix(code, "-plus")
	switch {
	case code == "exclusive-bound-boolean-before-3-1":
		return "write the bound itself as its value"
	case newer: // "item-schema-field-for-3-2-plus"
		_, version, _ := strings.Cut(before, "-for-")
		return "write openapi: " + strings.ReplaceAll(version, "-", ".") + ".0; it is read as in that version"
	case strings.HasSuffix(code, "required"):
		return "add it"
	case strings.HasSuffix(code, "exclusive"):
		return "keep one of the two"
	case strings.HasSuffix(code, "forbidden"):
		return "remove it"
	case strings.HasPrefix(code, "duplicate"):
		return "remove one of the two"
	default:
		return "compare it with the standard"
	}
}

// place finds where in a piece a finding belongs.
func (f kinFinding) place(n *node) *node {
	for _, step := range f.steps {
		if kid := n.get(step); kid != nil {
			n = kid
		}
	}
	if f.field != "" {
		if kid := findField(n, f.field); kid != nil {
			return kid
		}
	}
	return n
}

// findField returns the first member of that name in an object that was checked, in document order.
func findField(n *node, name string) *node {
	if n.role != roleNone {
		if kid := n.get(name); kid != nil {
			return kid
		}
	}
	if n.ref != nil {
		return nil
	}
	for _, kid := range n.kids {
		if kid.shape >= shapeList {
			if found := findField(kid, name); found != nil {
				return found
			}
		}
	}
	return nil
}
