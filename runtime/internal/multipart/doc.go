// Package multipart finds the parts of a multipart body (RFC 2046 section 5.1.1) as forms have them (RFC 7578). It starts no goroutine, reads no
// clock, and makes no garbage for a part that is as most are.
//
//	Parser.Feed (bytes so far) -> Header, Content..., PartEnd; and so for each part; End
//
// Whatever is fed may be cut anywhere: any split of the input gives the same headers, contents and errors. A [Reader] feeds a Parser from a body
// that is held in memory, whose contents are slices of it then, or from an io.Reader, by one buffer that is used again for every part.
//
// What is taken, and what it means, is as the package mime/multipart has it: a preamble and an epilogue that nobody reads, padding behind a
// delimiter, parts without a header, contents of nothing, field lines that are folded, and line ends of LF alone behind contents and delimiters where
// the first delimiter has one. FuzzReader holds one against the other. They differ where they are meant to:
//
//	                                            here                                    mime/multipart
//	a body that ends within a header            io.ErrUnexpectedEOF                     io.EOF, as behind the last part
//	one that ends within or behind a delimiter  io.ErrUnexpectedEOF                     io.EOF, wrapped
//	a field that is malformed                   seen once the header has come           seen once its line has come
//	more than 32 fields, or 16 KiB of them      ErrHeader                               taken, up to 10,000 and 10 MiB
//	what stands before a content                48 KiB at most, with lines before it    as long as it likes
//	a line of more than 4 KiB between parts     ErrLine                                 bufio.ErrBufferFull, wrapped
//	what a source fails with                    as it is; the bytes before it that may  wrapped; those bytes are given
//	                                            begin a delimiter are not given
//	Content-Transfer-Encoding                   left to the caller                      quoted-printable is undone, its field hidden
//	names of fields                             as they came; found in any case         in canonical case
//	an empty boundary                           the caller's to refuse                  an error
package multipart
