// Package media turns bodies that are not JSON into JSON text, and back: forms, multipart, XML and plain text. What is
// generated from a document reads and checks JSON alone, so each schema has one decoder, whatever media types carry it.
//
// A [Layout] says what text cannot say of itself: that "5" is a number here and a string there, that a member is a list, which
// member is an attribute. It comes from the schema, in a notation that [NewLayouts] describes. The package performs no I/O;
// everything is in memory.
package media
