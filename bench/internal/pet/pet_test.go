package pet

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSampleIsValidAndOfTheSizeThatTheReportStates(t *testing.T) {
	sample := Sample(1)
	require.NoError(t, sample.Validate())
	body, err := json.Marshal(sample)
	require.NoError(t, err)
	assert.InDelta(t, 268, len(body), 4)
}

func TestValidateFindsEachFault(t *testing.T) {
	long := strings.Repeat("é", MaxDescription+1)
	for name, spoil := range map[string]func(*Pet){
		"id":            func(p *Pet) { p.ID = 0 },
		"empty name":    func(p *Pet) { p.Name = "" },
		"long name":     func(p *Pet) { p.Name = strings.Repeat("é", MaxName+1) },
		"status":        func(p *Pet) { p.Status = "lost" },
		"no tags":       func(p *Pet) { p.Tags = nil },
		"many tags":     func(p *Pet) { p.Tags = make([]string, MaxTags+1) },
		"empty tag":     func(p *Pet) { p.Tags[1] = "" },
		"price":         func(p *Pet) { p.Price = -0.01 },
		"category id":   func(p *Pet) { p.Category.ID = 0 },
		"category name": func(p *Pet) { p.Category.Name = "" },
		"description":   func(p *Pet) { p.Description = &long },
	} {
		t.Run(name, func(t *testing.T) {
			p := Sample(1)
			spoil(&p)
			assert.Error(t, p.Validate())
		})
	}
}

func TestLimitsCountCharacters(t *testing.T) {
	p := Sample(1)
	p.Name = strings.Repeat("é", MaxName)
	p.Category, p.Description, p.Tags = nil, nil, []string{}
	assert.NoError(t, p.Validate())
}
