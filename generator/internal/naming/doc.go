// Package naming turns any text of a document into Go identifiers. A text is cut into words, each word gets the case that
// Go gives it (ID, URL, Pet), and the words are joined; a Scope then keeps identifiers apart that came out the same, in the
// order in which they are asked for. No text fails, and the same texts in the same order give the same names.
package naming
