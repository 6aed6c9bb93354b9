package corpora

import "github.com/go-faster/jx"

func decodeOrder(d *jx.Decoder, v *Order) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "id":
			v.ID, err = d.Int64()
		case "lines":
			v.Lines, err = decodeList(d, decodeOrderLine)
		case "buyer":
			err = decodeOrderBuyer(d, &v.Buyer)
		case "note":
			v.Note, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeOrder(e *jx.Encoder, v *Order) {
	e.ObjStart()
	e.FieldStart("id")
	e.Int64(v.ID)
	e.FieldStart("lines")
	encodeList(e, v.Lines, encodeOrderLine)
	e.FieldStart("buyer")
	encodeOrderBuyer(e, &v.Buyer)
	e.FieldStart("note")
	e.Str(v.Note)
	e.ObjEnd()
}

func decodeOrderLine(d *jx.Decoder, v *OrderLine) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "sku":
			v.Sku, err = d.Str()
		case "count":
			v.Count, err = d.Int64()
		case "price":
			v.Price, err = d.Float64()
		case "options":
			v.Options, err = decodeList(d, decodeOrderChoice)
		case "gift":
			v.Gift, err = decodeNull(d, decodeBool)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeOrderLine(e *jx.Encoder, v *OrderLine) {
	e.ObjStart()
	e.FieldStart("sku")
	e.Str(v.Sku)
	e.FieldStart("count")
	e.Int64(v.Count)
	e.FieldStart("price")
	e.Float64(v.Price)
	if v.Options != nil {
		e.FieldStart("options")
		encodeList(e, v.Options, encodeOrderChoice)
	}
	if v.Gift != nil {
		e.FieldStart("gift")
		encodeBool(e, v.Gift)
	}
	e.ObjEnd()
}

func decodeOrderChoice(d *jx.Decoder, v *OrderChoice) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "name":
			v.Name, err = d.Str()
		case "value":
			v.Value, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeOrderChoice(e *jx.Encoder, v *OrderChoice) {
	e.ObjStart()
	e.FieldStart("name")
	e.Str(v.Name)
	e.FieldStart("value")
	e.Str(v.Value)
	e.ObjEnd()
}

func decodeOrderBuyer(d *jx.Decoder, v *OrderBuyer) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "name":
			v.Name, err = d.Str()
		case "address":
			err = decodeOrderAddress(d, &v.Address)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeOrderBuyer(e *jx.Encoder, v *OrderBuyer) {
	e.ObjStart()
	e.FieldStart("name")
	e.Str(v.Name)
	e.FieldStart("address")
	encodeOrderAddress(e, &v.Address)
	e.ObjEnd()
}

func decodeOrderAddress(d *jx.Decoder, v *OrderAddress) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "street":
			v.Street, err = d.Str()
		case "city":
			v.City, err = d.Str()
		case "country":
			v.Country, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeOrderAddress(e *jx.Encoder, v *OrderAddress) {
	e.ObjStart()
	e.FieldStart("street")
	e.Str(v.Street)
	e.FieldStart("city")
	e.Str(v.City)
	e.FieldStart("country")
	e.Str(v.Country)
	e.ObjEnd()
}

// DecodeJX reads v.
func (v *Order) DecodeJX(d *jx.Decoder) error { return decodeOrder(d, v) }

// EncodeJX writes v.
func (v *Order) EncodeJX(e *jx.Encoder) { encodeOrder(e, v) }
