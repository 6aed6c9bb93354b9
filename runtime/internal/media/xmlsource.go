package media

import (
	"bytes"
	"cmp"
	"errors"
	"io"
)

var errRecoded = errors.New("it says its encoding twice")

// xmlStretch is how many bytes of XML are read before others go first: 64 elements, which take 50 to 100 µs.
const xmlStretch = 256

// maxAttributes is how many attributes an element may have: the decoder makes them all in one go.
const maxAttributes = 1000

// xmlSource is what an xml.Decoder reads a document from, byte by byte. It counts elements and attributes before the decoder has made anything of them, which
// collects all attributes of a tag first, and gives way. It implements io.Reader and io.ByteReader.
type xmlSource struct {
	body  []byte // of which body[at:] is not read
	at    int
	pause int // where at is when others go first, or the body ends

	state xmlState
	quote byte // of stateQuoted
	run   int  // of stateProcessing, stateComment and stateCDATA: how many of the bytes that end it have come
	attrs int  // of the latest tag

	latin1  bool
	second  byte // of a character of ISO-8859-1 that is two bytes of UTF-8; 0: none
	recoded bool // the document has said what it is encoded in

	markup *markup
}

// markup are the elements and attributes of a body, and how many there may be.
type markup struct {
	count, limit int
	giveWay      func()
	hold         func(n int) error // see Limits.Hold
}

// elementSize is what becomes of an element or an attribute on its way to JSON, in bytes, beside its text.
const elementSize = 512

// xmlState is where in a document the next byte is.
type xmlState uint8

const (
	stateText       xmlState = iota // -> stateOpen
	stateOpen                       // behind <: -> stateTag, stateEndTag, stateProcessing, stateExclaimed
	stateTag                        // -> stateQuoted, stateText
	stateQuoted                     // -> stateTag
	stateEndTag                     // -> stateText
	stateProcessing                 // -> stateText
	stateExclaimed                  // behind <!: -> stateHyphen, stateCDATA
	stateHyphen                     // behind <!-: -> stateComment
	stateComment                    // -> stateText
	stateCDATA                      // -> stateText
)

func newXMLSource(body []byte, m *markup) *xmlSource { return &xmlSource{body: body, markup: m} }

// recode has the rest be read in that encoding.
func (s *xmlSource) recode(charset string) (err error) {
	if s.recoded { // each time a character may become two bytes
		return errRecoded
	}
	s.recoded = true
	if s.latin1 = isLatin1(charset); !s.latin1 {
		s.body, err = toUTF8(s.body[s.at:], charset, s.markup.giveWay)
		s.at, s.pause = 0, 0
	}
	return err
}

// Read implements io.Reader. An xml.Decoder has ReadByte.
func (s *xmlSource) Read(p []byte) (n int, err error) {
	for ; n < len(p); n++ {
		if p[n], err = s.ReadByte(); err != nil {
			break
		}
	}
	return n, err
}

// ReadByte implements io.ByteReader. Beside io.EOF its error is a *CountError, or errDoctype.
func (s *xmlSource) ReadByte() (byte, error) {
	if s.second != 0 {
		c := s.second
		s.second = 0
		return c, nil
	}
	if s.at == s.pause && !s.goOn() {
		return 0, io.EOF
	}
	c := s.body[s.at]
	s.at++
	if s.state == stateText {
		if c == '<' {
			s.state = stateOpen
		}
	} else if err := s.step(c); err != nil {
		return 0, err
	}
	if c >= 0x80 && s.latin1 {
		s.second = 0x80 | c&0x3f
		return 0xc0 | c>>6, nil
	}
	return c, nil
}

// goOn lets others go first, and reports whether the body goes on.
func (s *xmlSource) goOn() bool {
	if s.at == len(s.body) {
		return false
	}
	if s.at > 0 {
		giveWay(s.markup.giveWay)
	}
	s.pause = min(len(s.body), s.at+xmlStretch)
	return true
}

// foresee reads the rest of the document in advance, and returns the first error of ReadByte: io.EOF where nothing is refused. The decoder would have made
// half a kilobyte of each element before. What the document is encoded in is known by now.
func (s *xmlSource) foresee() error {
	ahead, m := *s, *s.markup
	ahead.markup, ahead.latin1 = &m, false // no markup is beyond ASCII
	for {
		if _, err := ahead.ReadByte(); err != nil {
			if errors.Is(err, io.EOF) {
				err = cmp.Or(s.markup.hold(elementSize*(m.count-s.markup.count)), err)
			}
			return err
		}
		if ahead.state == stateText || ahead.state == stateQuoted {
			ahead.skip()
		}
	}
}

// skip goes on to what ends the text, or the value, or to where others go first.
func (s *xmlSource) skip() {
	end := s.quote
	if s.state == stateText {
		end = '<'
	}
	stretch := s.body[s.at:s.pause]
	if i := bytes.IndexByte(stretch, end); i >= 0 {
		stretch = stretch[:i]
	}
	s.at += len(stretch)
}

// step is a byte of markup. What is malformed is the decoder's to tell.
func (s *xmlSource) step(c byte) error {
	switch s.state {
	case stateOpen:
		return s.open(c)
	case stateTag:
		switch c {
		case '=':
			if s.attrs++; s.attrs > maxAttributes {
				return &CountError{maxAttributes, "attributes in an element"}
			}
			return s.markup.add()
		case '"', '\'':
			s.state, s.quote = stateQuoted, c
		case '>':
			s.state = stateText
		}
	case stateQuoted:
		if c == s.quote {
			s.state = stateTag
		}
	case stateEndTag:
		if c == '>' {
			s.state = stateText
		}
	case stateExclaimed:
		switch c {
		case '-':
			s.state = stateHyphen
		case '[':
			s.enter(stateCDATA)
		default:
			return errDoctype
		}
	case stateHyphen:
		s.enter(stateComment)
	case stateProcessing:
		s.within(c, '?', 1)
	case stateComment:
		s.within(c, '-', 2)
	case stateCDATA:
		s.within(c, ']', 2)
	case stateText:
	}
	return nil
}

// open is the byte behind <.
func (s *xmlSource) open(c byte) error {
	switch c {
	case '/':
		s.state = stateEndTag
	case '?':
		s.enter(stateProcessing)
	case '!':
		s.state = stateExclaimed
	default:
		s.state, s.attrs = stateTag, 0
		return s.markup.add()
	}
	return nil
}

func (s *xmlSource) enter(state xmlState) { s.state, s.run = state, 0 }

// within is a byte of what ends with > behind some of another byte.
func (s *xmlSource) within(c, end byte, some int) {
	switch {
	case c == end:
		s.run++
	case c == '>' && s.run >= some:
		s.state = stateText
	default:
		s.run = 0
	}
}

// add counts an element or an attribute.
func (m *markup) add() error {
	if m.count++; m.count > m.limit {
		return &CountError{m.limit, "elements and attributes"}
	}
	return nil
}
