package ir

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestTypesOfSharedUnions: unions that hold one another, each twice, are looked at once each; there are 2^200 ways through these.
func TestTypesOfSharedUnions(t *testing.T) {
	top := &Type{Kind: KindUnion, Union: &Union{}}
	first := top
	for range 200 {
		below := &Type{Kind: KindUnion, Union: &Union{}}
		top.Union.Members = []*UnionMember{{Type: below}, {Type: &Type{Kind: KindArray}}, {Type: below}}
		top = below
	}
	top.Union.Members = []*UnionMember{{Type: &Type{Kind: KindBool}}, {Type: first}, {Type: &Type{Kind: KindString}}}
	assert.Equal(t, []string{"array", "string", "boolean"}, typesOnWire(first))
}
