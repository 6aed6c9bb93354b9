package corpora

import "github.com/go-faster/jx"

func decodeCatalog(d *jx.Decoder, v *Catalog) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "areaNames":
			v.AreaNames, err = decodeMap(d, decodeString)
		case "audienceSubCategoryNames":
			v.AudienceSubCategoryNames, err = decodeMap(d, decodeString)
		case "blockNames":
			v.BlockNames, err = decodeMap(d, decodeString)
		case "events":
			v.Events, err = decodeMap(d, decodeCatalogEvent)
		case "performances":
			v.Performances, err = decodeList(d, decodeCatalogPerformance)
		case "seatCategoryNames":
			v.SeatCategoryNames, err = decodeMap(d, decodeString)
		case "subTopicNames":
			v.SubTopicNames, err = decodeMap(d, decodeString)
		case "subjectNames":
			v.SubjectNames, err = decodeMap(d, decodeString)
		case "topicNames":
			v.TopicNames, err = decodeMap(d, decodeString)
		case "topicSubTopics":
			v.TopicSubTopics, err = decodeMap(d, func(d *jx.Decoder, v *[]int64) (err error) { *v, err = decodeList(d, decodeInt); return err })
		case "venueNames":
			err = decodeCatalogNames(d, &v.VenueNames)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCatalog(e *jx.Encoder, v *Catalog) {
	e.ObjStart()
	e.FieldStart("areaNames")
	encodeMap(e, v.AreaNames, encodeString)
	e.FieldStart("audienceSubCategoryNames")
	encodeMap(e, v.AudienceSubCategoryNames, encodeString)
	e.FieldStart("blockNames")
	encodeMap(e, v.BlockNames, encodeString)
	e.FieldStart("events")
	encodeMap(e, v.Events, encodeCatalogEvent)
	e.FieldStart("performances")
	encodeList(e, v.Performances, encodeCatalogPerformance)
	e.FieldStart("seatCategoryNames")
	encodeMap(e, v.SeatCategoryNames, encodeString)
	e.FieldStart("subTopicNames")
	encodeMap(e, v.SubTopicNames, encodeString)
	e.FieldStart("subjectNames")
	encodeMap(e, v.SubjectNames, encodeString)
	e.FieldStart("topicNames")
	encodeMap(e, v.TopicNames, encodeString)
	e.FieldStart("topicSubTopics")
	encodeMap(e, v.TopicSubTopics, func(e *jx.Encoder, v *[]int64) { encodeList(e, *v, encodeInt) })
	e.FieldStart("venueNames")
	encodeCatalogNames(e, &v.VenueNames)
	e.ObjEnd()
}

func decodeCatalogEvent(d *jx.Decoder, v *CatalogEvent) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "description":
			v.Description, err = decodeNull(d, decodeString)
		case "id":
			v.ID, err = d.Int64()
		case "logo":
			v.Logo, err = decodeNull(d, decodeString)
		case "name":
			v.Name, err = d.Str()
		case "subTopicIds":
			v.SubTopicIds, err = decodeList(d, decodeInt)
		case "subjectCode":
			v.SubjectCode, err = decodeNull(d, decodeString)
		case "subtitle":
			v.Subtitle, err = decodeNull(d, decodeString)
		case "topicIds":
			v.TopicIds, err = decodeList(d, decodeInt)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCatalogEvent(e *jx.Encoder, v *CatalogEvent) {
	e.ObjStart()
	e.FieldStart("description")
	encodeNull(e, v.Description, encodeString)
	e.FieldStart("id")
	e.Int64(v.ID)
	e.FieldStart("logo")
	encodeNull(e, v.Logo, encodeString)
	e.FieldStart("name")
	e.Str(v.Name)
	e.FieldStart("subTopicIds")
	encodeList(e, v.SubTopicIds, encodeInt)
	e.FieldStart("subjectCode")
	encodeNull(e, v.SubjectCode, encodeString)
	e.FieldStart("subtitle")
	encodeNull(e, v.Subtitle, encodeString)
	e.FieldStart("topicIds")
	encodeList(e, v.TopicIds, encodeInt)
	e.ObjEnd()
}

func decodeCatalogPerformance(d *jx.Decoder, v *CatalogPerformance) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "eventId":
			v.EventID, err = d.Int64()
		case "id":
			v.ID, err = d.Int64()
		case "logo":
			v.Logo, err = decodeNull(d, decodeString)
		case "name":
			v.Name, err = decodeNull(d, decodeString)
		case "prices":
			v.Prices, err = decodeList(d, decodeCatalogPrice)
		case "seatCategories":
			v.SeatCategories, err = decodeList(d, decodeCatalogSeatCategory)
		case "seatMapImage":
			v.SeatMapImage, err = decodeNull(d, decodeString)
		case "start":
			v.Start, err = d.Int64()
		case "venueCode":
			v.VenueCode, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCatalogPerformance(e *jx.Encoder, v *CatalogPerformance) {
	e.ObjStart()
	e.FieldStart("eventId")
	e.Int64(v.EventID)
	e.FieldStart("id")
	e.Int64(v.ID)
	e.FieldStart("logo")
	encodeNull(e, v.Logo, encodeString)
	e.FieldStart("name")
	encodeNull(e, v.Name, encodeString)
	e.FieldStart("prices")
	encodeList(e, v.Prices, encodeCatalogPrice)
	e.FieldStart("seatCategories")
	encodeList(e, v.SeatCategories, encodeCatalogSeatCategory)
	e.FieldStart("seatMapImage")
	encodeNull(e, v.SeatMapImage, encodeString)
	e.FieldStart("start")
	e.Int64(v.Start)
	e.FieldStart("venueCode")
	e.Str(v.VenueCode)
	e.ObjEnd()
}

func decodeCatalogPrice(d *jx.Decoder, v *CatalogPrice) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "amount":
			v.Amount, err = d.Int64()
		case "audienceSubCategoryId":
			v.AudienceSubCategoryID, err = d.Int64()
		case "seatCategoryId":
			v.SeatCategoryID, err = d.Int64()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCatalogPrice(e *jx.Encoder, v *CatalogPrice) {
	e.ObjStart()
	e.FieldStart("amount")
	e.Int64(v.Amount)
	e.FieldStart("audienceSubCategoryId")
	e.Int64(v.AudienceSubCategoryID)
	e.FieldStart("seatCategoryId")
	e.Int64(v.SeatCategoryID)
	e.ObjEnd()
}

func decodeCatalogSeatCategory(d *jx.Decoder, v *CatalogSeatCategory) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "areas":
			v.Areas, err = decodeList(d, decodeCatalogArea)
		case "seatCategoryId":
			v.SeatCategoryID, err = d.Int64()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCatalogSeatCategory(e *jx.Encoder, v *CatalogSeatCategory) {
	e.ObjStart()
	e.FieldStart("areas")
	encodeList(e, v.Areas, encodeCatalogArea)
	e.FieldStart("seatCategoryId")
	e.Int64(v.SeatCategoryID)
	e.ObjEnd()
}

func decodeCatalogArea(d *jx.Decoder, v *CatalogArea) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "areaId":
			v.AreaID, err = d.Int64()
		case "blockIds":
			v.BlockIds, err = decodeList(d, decodeString)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCatalogArea(e *jx.Encoder, v *CatalogArea) {
	e.ObjStart()
	e.FieldStart("areaId")
	e.Int64(v.AreaID)
	e.FieldStart("blockIds")
	encodeList(e, v.BlockIds, encodeString)
	e.ObjEnd()
}

func decodeCatalogNames(d *jx.Decoder, v *CatalogNames) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "PLEYEL_PLEYEL":
			v.PLEYELPLEYEL, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeCatalogNames(e *jx.Encoder, v *CatalogNames) {
	e.ObjStart()
	e.FieldStart("PLEYEL_PLEYEL")
	e.Str(v.PLEYELPLEYEL)
	e.ObjEnd()
}

// DecodeJX reads v.
func (v *Catalog) DecodeJX(d *jx.Decoder) error { return decodeCatalog(d, v) }

// EncodeJX writes v.
func (v *Catalog) EncodeJX(e *jx.Encoder) { encodeCatalog(e, v) }
