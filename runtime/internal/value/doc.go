// Package value holds the types that generated structs are made of: presence ([Opt], [Null], [OptNull]), raw JSON ([JSON]),
// and the string formats that have a Go type of their own ([Date], [TimeOfDay], [Duration], [UUID], [Decimal], [Blob]).
//
// Every type is a plain value: it is copied by assignment, holds no reference to a request, and may be read from any
// goroutine. Each parses and prints one text form, so that [encoding/json] and the generated codecs give the same bytes.
// The package performs no I/O and reads no clock.
package value
