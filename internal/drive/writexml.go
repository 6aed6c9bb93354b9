package drive

import (
	"bytes"
	"encoding/xml"
	"maps"
	"slices"
)

// writeXML writes a value as a document of XML.
func (j *Judges) writeXML(s map[string]any, v any) ([]byte, error) {
	n := j.nodeOf(s)
	if n.name == "" {
		n.name = component(s)
	}
	if n.name == "" {
		n.name = "root" // which a server has no name for either
	}
	var b bytes.Buffer
	if list, ok := v.([]any); ok {
		items, _ := n.schema["items"].(map[string]any)
		item := j.itemNode(n.schema, component(items))
		if item.name == "" {
			return nil, errNoWay
		}
		n.open(&b, nil)
		for _, of := range list {
			if err := j.writeElement(&b, item, of); err != nil {
				return nil, err
			}
		}
		n.close(&b)
		return b.Bytes(), nil
	}
	err := j.writeElement(&b, n, v)
	return b.Bytes(), err
}

// qualified is the name of a node with its prefix.
func (n node) qualified() string {
	if n.prefix == "" {
		return n.name
	}
	return n.prefix + ":" + n.name
}

// attribute is one of an element, as it is written.
type attribute struct{ name, value string }

func (n node) open(b *bytes.Buffer, attributes []attribute) {
	if n.namespace != "" {
		name := "xmlns"
		if n.prefix != "" {
			name += ":" + n.prefix
		}
		attributes = append([]attribute{{name, n.namespace}}, attributes...)
	}
	b.WriteString("<" + n.qualified())
	written := map[string]bool{}
	for _, a := range attributes {
		if written[a.name] {
			continue // a prefix that several have
		}
		written[a.name] = true
		b.WriteString(" " + a.name + `="`)
		_ = xml.EscapeText(b, []byte(a.value)) // a buffer takes all
		b.WriteString(`"`)
	}
	b.WriteString(">")
}

func (n node) close(b *bytes.Buffer) { b.WriteString("</" + n.qualified() + ">") }

// writeElement writes a value as an element.
func (j *Judges) writeElement(b *bytes.Buffer, n node, v any) error {
	if !xmlName.MatchString(n.name) || n.prefix != "" && n.namespace == "" {
		return errNoWay
	}
	object, isObject := v.(map[string]any)
	properties, _, known := j.memberSchemas(n.schema)
	switch {
	case v == nil:
		n.open(b, []attribute{{"xmlns:xsi", xmlNil}, {"xsi:nil", "true"}})
	case isObject && known:
		if err := j.writeObject(b, n, properties, object); err != nil {
			return err
		}
	default:
		text, err := scalar(v)
		if err != nil {
			return err
		}
		n.open(b, nil)
		_ = xml.EscapeText(b, []byte(text)) // a buffer takes all
	}
	n.close(b)
	return nil
}

// writeObject writes an element to its end tag: attributes, text, elements by name.
func (j *Judges) writeObject(b *bytes.Buffer, n node, properties map[string]map[string]any, object map[string]any) error {
	var attributes []attribute
	var inside bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(object)) {
		member := j.nodeOf(properties[name])
		if member.name == "" {
			member.name = name
		}
		if member.attribute || member.text {
			text, err := scalar(object[name])
			if err != nil || !xmlName.MatchString(member.name) || member.prefix != "" && member.namespace == "" {
				return errNoWay
			}
			if member.text {
				_ = xml.EscapeText(&inside, []byte(text)) // a buffer takes all
				continue
			}
			if member.prefix != "" {
				attributes = append(attributes, attribute{"xmlns:" + member.prefix, member.namespace})
			}
			attributes = append(attributes, attribute{member.qualified(), text})
			continue
		}
		if err := j.writeMember(&inside, member, object[name]); err != nil {
			return err
		}
	}
	n.open(b, attributes)
	b.Write(inside.Bytes())
	return nil
}

// writeMember writes a property as an element; an array as one for each item, in one of its own where it is wrapped.
func (j *Judges) writeMember(b *bytes.Buffer, n node, v any) error {
	list, ok := v.([]any)
	if !ok {
		return j.writeElement(b, n, v)
	}
	item := j.itemNode(n.schema, n.name)
	if n.wrapped {
		if !xmlName.MatchString(n.name) || n.prefix != "" && n.namespace == "" {
			return errNoWay
		}
		n.open(b, nil)
	}
	for _, of := range list {
		if err := j.writeElement(b, item, of); err != nil {
			return err
		}
	}
	if n.wrapped {
		n.close(b)
	}
	return nil
}
