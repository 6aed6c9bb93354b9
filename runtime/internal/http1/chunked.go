package http1

// What a chunked decoder waits for.
const (
	chunkSize        = iota // first digit of a size -> chunkDigits
	chunkDigits             // -> chunkGap, chunkExtStart, chunkSizeLF
	chunkGap                // bad white space before ';' or '='
	chunkExtStart           // behind ';' -> chunkExtName
	chunkExtName            // -> chunkGap, chunkExtStart, chunkExtValue, chunkSizeLF
	chunkExtValue           // behind '=' -> chunkExtToken, chunkExtQuoted
	chunkExtToken           // -> chunkGap, chunkExtStart, chunkSizeLF
	chunkExtQuoted          // -> chunkExtEscape, chunkExtQuoteEnd
	chunkExtEscape          // -> chunkExtQuoted
	chunkExtQuoteEnd        // -> chunkGap, chunkExtStart, chunkSizeLF
	chunkSizeLF             // -> chunkData or, after the last chunk, trailerStart
	chunkData               // -> chunkDataCR
	chunkDataCR             // -> chunkDataLF
	chunkDataLF             // -> chunkSize
	trailerStart            // -> trailerName, trailerEndLF
	trailerName             // -> trailerValue
	trailerValue            // -> trailerLF
	trailerLF               // -> trailerStart
	trailerEndLF            // -> chunkedDone
	chunkedDone
)

// Chunked decodes a body with the chunked transfer coding, RFC 9112 section
// 7.1. It is small and may be copied; its zero value is ready. One goroutine at
// a time.
//
// Chunk extensions are checked and dropped, trailers checked and dropped
// unless Trailers is set. Bounds that are not settings: 16 digits of a size,
// 1 KiB of a size line, 16 KiB of framing more than 16 bytes a chunk and twice
// the data, 8 KiB of trailers.
type Chunked struct {
	// MaxBody bounds the data of the whole body, in bytes; over it 413, as soon as a
	// size announces it. Not positive: no bound. Set it before the first Feed.
	MaxBody int64
	// Trailers takes the trailer section as sent, for ParseTrailers. May be nil.
	Trailers *[]byte

	left     int64  // bytes of the current chunk, or what of its size has been read
	total    int64  // bytes of the chunks so far
	debt     uint32 // framing bytes over the allowance
	line     uint16 // bytes of the size line, or of the trailer section
	state    uint8
	gapAfter uint8 // state before chunkGap
	digits   uint8
	last     bool // this is the last chunk
}

// Feed decodes a part of src, which goes on where the last call ended. It
// returns how many bytes it used and, if it came upon any, data that aliases
// src. Call it again with src[n:] as long as that is not empty; n is 0 only if
// src is empty or the body is done. When done is true the body is complete and
// src[n:] belongs to the next request.
//
// The error is a *ProtocolError; after it, c is of no more use.
func (c *Chunked) Feed(src []byte) (n int, data []byte, done bool, err error) {
	for n < len(src) && c.state != chunkedDone {
		if c.state == chunkData {
			data = src[n:]
			if int64(len(data)) > c.left {
				data = data[:c.left:c.left]
			}
			c.left -= int64(len(data))
			if c.left == 0 {
				c.state = chunkDataCR
			}
			return n + len(data), data, false, nil
		}
		var refused *ProtocolError
		if c.state < chunkData {
			refused = c.sizeLine(src[n])
		} else {
			refused = c.frame(src[n])
		}
		if refused != nil {
			return n, nil, false, refused
		}
		n++
	}
	return n, nil, c.state == chunkedDone, nil
}

// Done says whether the body is complete.
func (c *Chunked) Done() bool { return c.state == chunkedDone }

// sizeLine takes a byte of chunk-size [ chunk-ext ] CRLF.
func (c *Chunked) sizeLine(b byte) *ProtocolError {
	if c.line++; c.line > maxChunkLine {
		return errChunkExtSize
	}
	switch c.state {
	case chunkSize, chunkDigits:
		if class[b]&isHex != 0 {
			return c.digit(b)
		}
		if c.state == chunkSize {
			return errChunkSize
		}
		if err := c.announced(); err != nil {
			return err
		}
		return c.afterPart(b, errChunkSize)
	case chunkGap:
		// RFC 9112 section 7.1.1: BWS is allowed before ';' and '=', nowhere else.
		switch {
		case b == ' ' || b == '\t':
		case b == ';':
			c.state = chunkExtStart
		case b == '=' && c.gapAfter == chunkExtName:
			c.state = chunkExtValue
		case c.gapAfter == chunkDigits:
			return errChunkSize
		default:
			return errChunkExt
		}
	case chunkExtStart:
		switch {
		case b == ' ' || b == '\t':
		case class[b]&isToken != 0:
			c.state = chunkExtName
		default:
			return errChunkExt
		}
	case chunkExtName:
		switch {
		case class[b]&isToken != 0:
		case b == '=':
			c.state = chunkExtValue
		default:
			return c.afterPart(b, errChunkExt)
		}
	case chunkExtValue:
		switch {
		case b == ' ' || b == '\t':
		case b == '"':
			c.state = chunkExtQuoted
		case class[b]&isToken != 0:
			c.state = chunkExtToken
		default:
			return errChunkExt
		}
	case chunkExtToken:
		if class[b]&isToken == 0 {
			return c.afterPart(b, errChunkExt)
		}
	case chunkExtQuoted, chunkExtEscape:
		// quoted-string, RFC 9110 section 5.6.4
		switch {
		case b < ' ' && b != '\t' || b == 0x7f:
			return errChunkExt
		case c.state == chunkExtEscape:
			c.state = chunkExtQuoted
		case b == '\\':
			c.state = chunkExtEscape
		case b == '"':
			c.state = chunkExtQuoteEnd
		}
	case chunkExtQuoteEnd:
		return c.afterPart(b, errChunkExt)
	case chunkSizeLF:
		return c.sizeEnd(b)
	}
	return nil
}

// digit takes a digit of a size, RFC 9112 section 7.1.
func (c *Chunked) digit(b byte) *ProtocolError {
	c.state = chunkDigits
	if c.digits++; c.digits > maxChunkDigits || c.left >= 1<<59 {
		return errChunkLength // RFC 9112 section 7.1: recipients MUST anticipate large numbers
	}
	switch {
	case b <= '9':
		b -= '0'
	default:
		b = b | 0x20 - 'a' + 10
	}
	c.left = c.left<<4 | int64(b)
	return nil
}

// announced acts on a size of which all digits have been read.
func (c *Chunked) announced() *ProtocolError {
	if c.MaxBody > 0 && c.left > c.MaxBody-c.total {
		return errBodyLength // RFC 9110 section 15.5.14
	}
	if c.left > 1<<63-1-c.total {
		return errChunkLength
	}
	c.total += c.left
	c.last = c.left == 0
	return nil
}

// afterPart takes the byte behind a size or a complete part of an extension.
func (c *Chunked) afterPart(b byte, otherwise *ProtocolError) *ProtocolError {
	switch b {
	case '\r':
		c.state = chunkSizeLF
	case ';':
		c.state = chunkExtStart
	case ' ', '\t':
		c.gapAfter, c.state = c.state, chunkGap
	case '\n':
		return errChunkLineEnd // RFC 9112 section 2.2 lets only CRLF end a line of chunked
	default:
		return otherwise
	}
	return nil
}

// sizeEnd takes the LF of a size line. Extensions that dwarf the data are an
// attack (RFC 9112 section 7.1.1), so framing is paid for with data.
func (c *Chunked) sizeEnd(b byte) *ProtocolError {
	if b != '\n' {
		return errChunkLineEnd
	}
	allowed := 16 + 2*min(c.left, maxChunkDebt)
	c.debt = uint32(max(0, int64(c.debt)+int64(c.line)-allowed))
	if c.debt > maxChunkDebt {
		return errChunkExtSize
	}
	c.line, c.digits = 0, 0
	c.state = chunkData
	if c.last {
		c.state = trailerStart
	}
	return nil
}

// frame takes a byte of the CRLF behind data, and of the trailer section.
func (c *Chunked) frame(b byte) *ProtocolError {
	switch c.state {
	case chunkDataCR, chunkDataLF:
		if b != "\r\n"[c.state-chunkDataCR] {
			return errChunkDataEnd
		}
		c.state++
		if c.state > chunkDataLF {
			c.state = chunkSize
		}
		return nil
	}
	if c.line++; c.line > maxTrailerBytes {
		return errTrailers // RFC 6585 section 5
	}
	if err := c.trailer(b); err != nil {
		return err
	}
	if c.Trailers != nil && c.state != trailerEndLF && c.state != chunkedDone {
		*c.Trailers = append(*c.Trailers, b)
	}
	return nil
}
