package order

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSampleHasItsSizeAndIsValid(t *testing.T) {
	for _, size := range []int{50, 1 << 10, 64 << 10} {
		o := Sample(size)
		assert.Len(t, JSON(o), size)
		require.NoError(t, o.Validate())
	}
	assert.Panics(t, func() { Sample(60) })
}

func TestValidate(t *testing.T) {
	for want, spoil := range map[string]func(*Order){
		"id":      func(o *Order) { o.ID = 0 },
		"lines":   func(o *Order) { o.Lines = nil },
		"note":    func(o *Order) { note := strings.Repeat("é", 257); o.Note = &note },
		"sku":     func(o *Order) { o.Lines[0].SKU = "" },
		"count":   func(o *Order) { o.Lines[1].Count = 1001 },
		"price":   func(o *Order) { o.Lines[1].Price = -1 },
		"options": func(o *Order) { o.Lines[0].Options = make([]Choice, 9) },
		"option":  func(o *Order) { o.Lines[0].Options[1].Name = "" },
		"name":    func(o *Order) { o.Buyer.Name = "" },
		"street":  func(o *Order) { o.Buyer.Address.Street = "" },
		"country": func(o *Order) { o.Buyer.Address.Country = "XX" },
	} {
		o := Sample(1 << 10)
		spoil(&o)
		assert.ErrorContains(t, o.Validate(), want)
	}
}
