package ir

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/spec"
)

// extensionCORS says which pages of other origins may call: all operations, those of a path, or one. The nearest one counts, as a whole.
const extensionCORS = "x-tornado-cors"

// CORS says which pages of other origins may call.
type CORS struct {
	All   *CORSOptions // where no rule says otherwise
	Rules []*CORSRule  // in the order of their first operations
}

// CORSRule is what some operations have in place of what all have.
type CORSRule struct {
	Operations []string // IDs
	Options    *CORSOptions
}

// CORSOptions are those of runtime/cors. The zero value admits nobody.
type CORSOptions struct {
	Origins, Methods, Headers, Exposed []string
	Credentials                        bool
	MaxAge                             time.Duration // 0 for the default, negative for none
}

// corsText is the object that x-tornado-cors may be.
type corsText struct {
	Origins, Methods, Headers, Exposed []string
	Credentials                        bool
	MaxAge                             *string
}

// asksForCORS says whether the extension stands anywhere.
func (b *builder) asksForCORS() bool {
	return b.api.Own.Get(extensionCORS) != nil || slices.ContainsFunc(b.api.Operations, func(op *spec.Operation) bool {
		return op.Own.Get(extensionCORS) != nil || op.OfPath.Get(extensionCORS) != nil
	})
}

// buildCORS plans which pages may call.
func (b *builder) buildCORS() {
	served, ofPath := b.pkg.Served(), map[string][]*Operation{}
	for _, op := range served {
		ofPath[op.Path] = append(ofPath[op.Path], op)
	}
	all := b.corsAbove(b.api.Own, "documents", served)
	c := &CORS{All: all}
	if all == nil {
		c.All = &CORSOptions{}
	}
	said := all != nil
	rules := map[string]*CORSRule{}
	for _, op := range served {
		own := b.corsAbove(op.Source.OfPath, "paths", ofPath[op.Path])
		if e := op.Source.Own.Get(extensionCORS); e != nil {
			own = b.readCORS(e, op.Method, nil)
		}
		if own == nil {
			continue
		}
		said = true
		key := own.key()
		if key == c.All.key() {
			continue
		}
		if rules[key] == nil {
			rules[key] = &CORSRule{Options: own}
			c.Rules = append(c.Rules, rules[key])
		}
		rules[key].Operations = append(rules[key].Operations, op.ID)
	}
	if said && b.pkg.Server {
		b.pkg.CORS = c
	}
}

// corsAbove reads what stands above operations, nil for nothing.
func (b *builder) corsAbove(list spec.OwnExtensions, whose string, below []*Operation) (found *CORSOptions) {
	for _, e := range list {
		if e.Name == extensionCORS {
			found = b.readCORS(&e, "", below)
		} else {
			b.badExtension(e.Loc, e.Name, whose+" have none of this name")
		}
	}
	return found
}

// readCORS reads the extension: false, or an object. method is that of the operation that it stands at, "" above operations, which are below then.
// What has no meaning admits nobody: a slip of the pen must not open an API.
func (b *builder) readCORS(e *spec.Extension, method string, below []*Operation) *CORSOptions {
	if strings.TrimSpace(string(e.Text)) == "false" {
		return &CORSOptions{}
	}
	read, why := decodeExtension[corsText](e.Text)
	o := &CORSOptions{Origins: read.Origins, Methods: read.Methods, Headers: read.Headers, Exposed: read.Exposed, Credentials: read.Credentials}
	if read.MaxAge != nil {
		if o.MaxAge = duration(read.MaxAge, &why); o.MaxAge == 0 {
			o.MaxAge = -1
		}
	}
	if why == "" {
		why = o.fault(method, below)
	}
	if why != "" {
		b.warn(e.Loc, classExtension, extensionCORS+" admits nobody: "+line(why)+
			"; it is false, or an object of origins ([https://app.example]), methods, headers, exposed, credentials and maxAge (10m)", "correct it")
		return &CORSOptions{}
	}
	if slices.Contains(o.Headers, "*") {
		o.Headers = nil // all that are asked for
	}
	if slices.Contains(o.Methods, "*") {
		o.Methods = nil // all that a path has
	}
	for _, name := range o.Methods {
		if !answered(below, name) {
			b.warn(e.Loc, classExtension, "the method "+name+" of "+extensionCORS+" admits nobody: no operation here has it", "take it out")
		}
	}
	return o
}

// answered tells whether a request with a method may come to one of the operations, or to what answers for it.
func answered(operations []*Operation, method string) bool {
	return method == http.MethodOptions || slices.ContainsFunc(operations, func(op *Operation) bool {
		return op.Method == method || method == http.MethodHead && op.Method == http.MethodGet
	})
}

// fault is what cannot be meant, "" for nothing; see readCORS.
func (o *CORSOptions) fault(method string, below []*Operation) string {
	if len(o.Origins) == 0 {
		return "origins is missing"
	}
	for _, origin := range o.Origins {
		if !isOrigin(origin) {
			return quote(origin) + " is no origin; write https://app.example, https://*.app.example or *"
		}
	}
	for _, text := range slices.Concat(o.Methods, o.Headers, o.Exposed) {
		if !spec.IsToken(text) {
			return quote(text) + " is no name of a method or of a header field"
		}
	}
	for _, name := range o.Methods {
		if upper := strings.ToUpper(name); name != upper && !answered(below, name) { // an additional operation may have any name
			return quote(name) + " is no method, as " + upper + " is: methods are told apart by case"
		}
	}
	switch {
	case o.Credentials && slices.Contains(o.Origins, "*"):
		return "with credentials the origins are named, and * is none"
	case o.Credentials && slices.Contains(o.Exposed, "*"):
		return "with credentials the fields that are exposed are named, and * is none"
	case method != "" && o.Methods != nil:
		return "methods is for documents and paths; the operation is " + method
	}
	return ""
}

// key is the same for options that say the same.
func (o *CORSOptions) key() string {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err) // texts and numbers alone
	}
	return string(text)
}
