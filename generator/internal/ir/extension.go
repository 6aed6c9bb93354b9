package ir

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// operationExtensions are the extensions of operations that mean something here.
var operationExtensions = []string{extensionAsync, spec.ExtensionStream, spec.ExtensionSocket, extensionLimits, extensionPage, extensionCORS}

// badExtension tells of an extension that is left out.
func (b *builder) badExtension(loc spec.Location, name, why string) {
	b.warn(loc, classExtension, name+" is left out: "+why, "correct it")
}

// flag reads an extension that is true or false, nil for none.
func (b *builder) flag(e *spec.Extension) bool {
	if e == nil {
		return false
	}
	text := string(e.Text)
	if text != "true" && text != "false" {
		b.badExtension(e.Loc, e.Name, "it is true or false")
	}
	return text == "true"
}

// decodeExtension reads an extension that is an object, whose members are the fields of T. Where something is wrong with it, as why tells, read is
// zero.
func decodeExtension[T any](text []byte) (read T, why string) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var whole T
	err := d.Decode(&whole)
	var wrong *json.UnmarshalTypeError
	switch {
	case text[0] != '{':
		return read, "it is no object"
	case errors.As(err, &wrong):
		return read, strings.ToLower(wrong.Field[:1]) + wrong.Field[1:] + " cannot be " + article(wrong.Value)
	case err != nil:
		return read, strings.TrimPrefix(err.Error(), "json: ")
	}
	return whole, ""
}

// article puts a or an before what JSON calls a value.
func article(kind string) string {
	if strings.HasPrefix(kind, "array") || strings.HasPrefix(kind, "object") {
		return "an " + kind
	}
	return "a " + kind
}
