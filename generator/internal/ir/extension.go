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

// flag reads an extension that is true or false; it is false where it is absent.
func (b *builder) flag(op *spec.Operation, name string) bool {
	raw, given := op.Extensions[name]
	if text := string(raw); !given || text == "true" || text == "false" {
		return text == "true"
	}
	b.badExtension(extensionLoc(op, name), name, "it is true or false")
	return false
}

// extensionLoc is where an extension of op stands, or a member of it: "x-tornado-page/next".
func extensionLoc(op *spec.Operation, name string) spec.Location {
	for _, k := range op.ExtensionPlaces {
		if k.Name == name {
			return k.Loc
		}
	}
	if whole, _, member := strings.Cut(name, "/"); member {
		return extensionLoc(op, whole)
	}
	return op.Loc
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
