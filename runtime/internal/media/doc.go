// Package media turns bodies that are not JSON into JSON text, and back: forms, multipart, XML and plain text. What is
// generated from a document reads and checks JSON alone, so each schema has one decoder, whatever media types carry it.
//
// What text cannot say of itself, a shape says: that "5" is a number here and a string there, that a member is a list, which
// member is an attribute. It comes from the schema; see the package shape. This package performs no I/O; everything is in memory.
package media
