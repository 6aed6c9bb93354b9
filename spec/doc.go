// Package spec tells what an OpenAPI document says. It knows no Go: names, types and routes are decided by the generator.
//
// Data goes one way, and each step stands in a file of its own:
//
//	bytes   folder.go    the root document and its neighbours are opened: regular files inside one folder
//	nodes   scanjson.go, scanyaml.go    each file is parsed once into positioned nodes (node.go) that keep order and digits
//	        overlay.go    overlays are merged into the nodes of the root document
//	checked check.go, shape.go    every object is held against grammar.go; what is harmless is repaired in the nodes with a warning
//	        reference.go, resolve.go, ident.go    references are resolved and followed into other files (open.go), and to the
//	        network where the caller gives a way to it (network.go); what names nothing is isolated (isolate.go)
//	judged  kin.go       kin-openapi checks the structure of every piece of the repaired document
//	model   lift*.go     the nodes become an [API], without the operations that filter.go leaves out; dynamic.go, rings.go and values.go look at what only the whole shows
//	source  bundle.go    a document of several files becomes one for [API.Source]
//
// Every finding is a [Diagnostic] with its place. A Warning says what was repaired, an Error what leaves no meaning.
package spec
