// Package validate holds what a schema demands of a value: rules as plain struct literals, the formats and patterns that they
// name, and the words in which a refusal is told.
//
// A decoder of JSON bodies and one of parameters ask the same rules: rule.Check(value) gives [Faults], a set that is empty when
// all is well. Only when it is not does [Faults.Explain] put keyword and message together, so the good path formats nothing.
// Rules are immutable once a server serves and are read from any goroutine. The package performs no I/O and reads no clock.
package validate
