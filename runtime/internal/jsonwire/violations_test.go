package jsonwire_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

func TestViolationsHavePointers(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // pointer keyword message
	}{
		{"all at once", `{"id":0,"name":"","tag":7,"status":"gone","weight":1001,"born":"x","neutered":1,"photos":["",1,"ok"],"owner":{"email":"a"},"chip":""}`, []string{
			"/id minimum must be at least 1",
			"/name minLength must have at least 1 character",
			"/tag type expected string, got number",
			"/status enum must be one of available, pending, sold",
			"/weight maximum must be at most 1000",
			"/born format must be a valid date-time, as 2006-01-02T15:04:05Z",
			"/neutered type expected boolean, got number",
			"/photos/0 minLength must have at least 1 character",
			"/photos/1 type expected string, got number",
			"/owner/email minLength must have at least 3 characters",
			"/owner/name required is required",
			"/chip format must be a valid UUID",
		}},
		{"missing members", ` {} `, []string{
			"/id required is required", "/name required is required", "/status required is required", "/photos required is required",
		}},
		{"wrong type makes no further noise", ` [{"id":1}]`, []string{" type expected object, got array"}},
		{"nested wrong type", `{"id":1,"name":"Bo","status":"sold","photos":{"a":[]},"owner":"Ada"}`, []string{
			"/photos type expected array, got object", "/owner type expected object, got string",
		}},
		{"null is a type", `{"id":null,"name":null,"status":"sold","photos":null}`, []string{
			"/id type expected integer, got null", "/name type expected string, got null", "/photos type expected array, got null",
		}},
		{"array as a whole", `{"id":1,"name":"Bo","status":"sold","photos":[` + strings.Repeat(`"a",`, 20) + `"a"]}`, []string{
			"/photos maxItems must have at most 20 items",
		}},
		{"missing behind a nested object", `{"owner":{"name":"Ada"},"name":"Bo","photos":[],"id":1}`, []string{"/status required is required"}},
		{"white space", "\n{\n \"owner\" : { \"name\" : \"\" } , \"id\":1,\"name\":\"Bo\",\"photos\":[ \"\" ] \n }", []string{
			"/owner/name minLength must have at least 1 character", "/photos/0 minLength must have at least 1 character", "/status required is required",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := decoder(test.text)
			new(pet).DecodeJSON(d)
			d.End()
			require.Nil(t, d.SyntaxError())
			assert.True(t, d.Failed())
			assert.Equal(t, test.want, told(d))
			assert.Equal(t, test.want, told(d), "asking twice gives the same")
		})
	}
}

func told(d *jsonwire.Decoder) []string {
	var all []string
	for _, v := range d.Violations() {
		all = append(all, v.Pointer+" "+v.Keyword+" "+v.Message)
	}
	return all
}

func TestPointersAreEscaped(t *testing.T) {
	d := decoder(`{"a/b":{"m~n":[0,{"\u00e9\"":1}]},"":2}`)
	for more := d.Map(); more; more = d.NextEntry() {
		if d.Key() == "" {
			_ = d.String(nil)
			continue
		}
		for more := d.Map(); more; more = d.NextEntry() {
			for more := d.Array(); more; more = d.NextItem() {
				if d.Offset() > 15 {
					for more := d.Map(); more; more = d.NextEntry() {
						_ = d.String(nil)
					}
					continue
				}
				_ = d.Bool()
			}
		}
	}
	assert.Equal(t, []string{
		"/a~1b/m~0n/0 type expected boolean, got number", `/a~1b/m~0n/1/é" type expected string, got number`, "/ type expected string, got number",
	}, told(d))
}

func TestViolationsAreBounded(t *testing.T) {
	d := decoder("[" + strings.Repeat(`{"id":0},`, 300) + "{}]")
	n := 0
	for more := d.Array(); more; more = d.NextItem() {
		new(pet).DecodeJSON(d)
		n++
	}
	d.End()
	require.Nil(t, d.SyntaxError())
	assert.Equal(t, 301, n, "decoding goes on")
	all := d.Violations()
	assert.Len(t, all, 100)
	assert.Equal(t, "/0/id", all[0].Pointer)
	assert.Equal(t, "/24/photos", all[99].Pointer)
}

func TestViolateByHand(t *testing.T) {
	d := decoder(`{"a":[1,2],"b":3}`)
	d.Skip()
	d.Violate(11, "dependentRequired", "needs c") // within the name of b: its member is told
	d.Violate(5, "contains", "must contain 3")
	d.Violate(6, "not", "must not be 1")
	d.Violate(999, "x", "nowhere")
	assert.Equal(t, []string{"/a contains must contain 3", "/a/0 not must not be 1", "/b dependentRequired needs c", " x nowhere"}, told(d))
	assert.Equal(t, "body", d.Violations()[0].In)
}

func TestRefuseUnknown(t *testing.T) {
	refuse := func(d *jsonwire.Decoder) {
		keys := jsonwire.NewKeys("a").Closed()
		for i := d.Object(keys); i != jsonwire.EndObject; i = d.Next(keys, i) {
			d.Skip()
		}
	}
	d := decoder(`{"a":1,"b":{"c":2},"d":3}`)
	refuse(d)
	assert.Equal(t, []string{"/b additionalProperties is not allowed", "/d additionalProperties is not allowed"}, told(d))
	d = decoder(`{"a":1,"b":{"c":2},"d":3}`)
	d.Lenient = true
	refuse(d)
	d.End()
	assert.False(t, d.Failed())
}

func TestProperties(t *testing.T) {
	rule := &validate.ObjectRule{MinProperties: 2, MaxProperties: 3}
	check := func(text string) []string {
		d := decoder(text)
		start, n := d.Offset(), 0
		for more := d.Map(); more; more = d.NextEntry() {
			d.CheckKey(&validate.StringRule{MaxLength: 2})
			d.Skip()
			n++
		}
		d.MinMaxProperties(start, n, rule)
		d.MinMaxProperties(start, n, nil)
		return told(d)
	}
	assert.Equal(t, []string{" minProperties must have at least 2 properties"}, check(`{"a":1}`))
	assert.Equal(t, []string{" maxProperties must have at most 3 properties"}, check(`{"a":1,"b":2,"c":3,"d":4}`))
	assert.Equal(t, []string{"/abc propertyNames must have at most 2 characters"}, check(`{"a":1,"abc":2}`))
	assert.Equal(t, []string{" type expected object, got array"}, check(`[1]`))
	assert.Empty(t, check(`{"a":1,"b":2}`))
}

func TestUniqueItems(t *testing.T) {
	rule := &validate.ArrayRule{Unique: true, MinItems: 1}
	long := func(tail string) string {
		var b strings.Builder
		for i := range 100 {
			fmt.Fprintf(&b, `{"n":%d},`, i)
		}
		return "[" + b.String() + tail + "]"
	}
	tests := map[string]bool{
		`[1,2,3]`:                                true,
		`[1,2,1.0]`:                              false,
		`[100,1e2]`:                              false,
		`[0,-0.0]`:                               false,
		`[1,true,"1",null,[1],{"1":1}]`:          true,
		`["a","\u0061"]`:                         false,
		`[{"a":1,"b":2},{"b":2.0,"a":1}]`:        false,
		`[{"a":1,"b":2},{"a":2,"b":1}]`:          true,
		`[{"a":1,"a":2},{"a":2}]`:                false,
		`[[1,2],[2,1]]`:                          true,
		`[[ 1 , 2 ],[1,2]]`:                      false,
		`["1","1,","[1]"]`:                       true,
		`[9007199254740993,9007199254740992]`:    true,
		`[1e1000000000000,1E1000000000000, 1]`:   true,
		`[1e1000000000000,1e1000000000000]`:      false,
		`[{"a":[]},{"a":{}},{"a":""},{"a":" "}]`: true,
		long(`{"n":100}`):                        true,
		long(`{ "n":5e0 }`):                      false,
	}
	for text, unique := range tests {
		d := decoder(text)
		start, n := d.Offset(), 0
		for more := d.Array(); more; more = d.NextItem() {
			d.Skip()
			n++
		}
		d.CheckItems(start, n, rule)
		d.End()
		require.Nil(t, d.SyntaxError(), text)
		if unique {
			assert.Empty(t, told(d), text)
		} else {
			assert.Equal(t, []string{" uniqueItems must have unique items"}, told(d), text)
		}
	}
	d := decoder(`[]`)
	d.Array()
	d.CheckItems(0, 0, rule)
	assert.Equal(t, []string{" minItems must have at least 1 item"}, told(d))
	d = decoder(`7`)
	d.Array()
	d.CheckItems(0, 0, rule)
	assert.Equal(t, []string{" type expected array, got number"}, told(d))
}
