package corpora

import "github.com/go-faster/jx"

func decodeTwitter(d *jx.Decoder, v *Twitter) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "statuses":
			v.Statuses, err = decodeList(d, decodeTwitterStatus)
		case "search_metadata":
			err = decodeTwitterSearchMetadata(d, &v.SearchMetadata)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitter(e *jx.Encoder, v *Twitter) {
	e.ObjStart()
	e.FieldStart("statuses")
	encodeList(e, v.Statuses, encodeTwitterStatus)
	e.FieldStart("search_metadata")
	encodeTwitterSearchMetadata(e, &v.SearchMetadata)
	e.ObjEnd()
}

func decodeTwitterStatus(d *jx.Decoder, v *TwitterStatus) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "metadata":
			err = decodeTwitterMetadata(d, &v.Metadata)
		case "created_at":
			v.CreatedAt, err = d.Str()
		case "id":
			v.ID, err = d.Int64()
		case "id_str":
			v.IDStr, err = d.Str()
		case "text":
			v.Text, err = d.Str()
		case "source":
			v.Source, err = d.Str()
		case "truncated":
			v.Truncated, err = d.Bool()
		case "in_reply_to_status_id":
			v.InReplyToStatusID, err = decodeNull(d, decodeInt)
		case "in_reply_to_status_id_str":
			v.InReplyToStatusIDStr, err = decodeNull(d, decodeString)
		case "in_reply_to_user_id":
			v.InReplyToUserID, err = decodeNull(d, decodeInt)
		case "in_reply_to_user_id_str":
			v.InReplyToUserIDStr, err = decodeNull(d, decodeString)
		case "in_reply_to_screen_name":
			v.InReplyToScreenName, err = decodeNull(d, decodeString)
		case "user":
			err = decodeTwitterUser(d, &v.User)
		case "geo":
			v.Geo, err = decodeNull(d, decodeString)
		case "coordinates":
			v.Coordinates, err = decodeNull(d, decodeString)
		case "place":
			v.Place, err = decodeNull(d, decodeString)
		case "contributors":
			v.Contributors, err = decodeNull(d, decodeString)
		case "retweet_count":
			v.RetweetCount, err = d.Int64()
		case "favorite_count":
			v.FavoriteCount, err = d.Int64()
		case "entities":
			err = decodeTwitterEntities2(d, &v.Entities)
		case "favorited":
			v.Favorited, err = d.Bool()
		case "retweeted":
			v.Retweeted, err = d.Bool()
		case "lang":
			v.Lang, err = d.Str()
		case "retweeted_status":
			v.RetweetedStatus, err = decodeNull(d, decodeTwitterStatus)
		case "possibly_sensitive":
			v.PossiblySensitive, err = decodeNull(d, decodeBool)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterStatus(e *jx.Encoder, v *TwitterStatus) {
	e.ObjStart()
	e.FieldStart("metadata")
	encodeTwitterMetadata(e, &v.Metadata)
	e.FieldStart("created_at")
	e.Str(v.CreatedAt)
	e.FieldStart("id")
	e.Int64(v.ID)
	e.FieldStart("id_str")
	e.Str(v.IDStr)
	e.FieldStart("text")
	e.Str(v.Text)
	e.FieldStart("source")
	e.Str(v.Source)
	e.FieldStart("truncated")
	e.Bool(v.Truncated)
	e.FieldStart("in_reply_to_status_id")
	encodeNull(e, v.InReplyToStatusID, encodeInt)
	e.FieldStart("in_reply_to_status_id_str")
	encodeNull(e, v.InReplyToStatusIDStr, encodeString)
	e.FieldStart("in_reply_to_user_id")
	encodeNull(e, v.InReplyToUserID, encodeInt)
	e.FieldStart("in_reply_to_user_id_str")
	encodeNull(e, v.InReplyToUserIDStr, encodeString)
	e.FieldStart("in_reply_to_screen_name")
	encodeNull(e, v.InReplyToScreenName, encodeString)
	e.FieldStart("user")
	encodeTwitterUser(e, &v.User)
	e.FieldStart("geo")
	encodeNull(e, v.Geo, encodeString)
	e.FieldStart("coordinates")
	encodeNull(e, v.Coordinates, encodeString)
	e.FieldStart("place")
	encodeNull(e, v.Place, encodeString)
	e.FieldStart("contributors")
	encodeNull(e, v.Contributors, encodeString)
	e.FieldStart("retweet_count")
	e.Int64(v.RetweetCount)
	e.FieldStart("favorite_count")
	e.Int64(v.FavoriteCount)
	e.FieldStart("entities")
	encodeTwitterEntities2(e, &v.Entities)
	e.FieldStart("favorited")
	e.Bool(v.Favorited)
	e.FieldStart("retweeted")
	e.Bool(v.Retweeted)
	e.FieldStart("lang")
	e.Str(v.Lang)
	if v.RetweetedStatus != nil {
		e.FieldStart("retweeted_status")
		encodeTwitterStatus(e, v.RetweetedStatus)
	}
	if v.PossiblySensitive != nil {
		e.FieldStart("possibly_sensitive")
		encodeBool(e, v.PossiblySensitive)
	}
	e.ObjEnd()
}

func decodeTwitterMetadata(d *jx.Decoder, v *TwitterMetadata) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "result_type":
			v.ResultType, err = d.Str()
		case "iso_language_code":
			v.IsoLanguageCode, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterMetadata(e *jx.Encoder, v *TwitterMetadata) {
	e.ObjStart()
	e.FieldStart("result_type")
	e.Str(v.ResultType)
	e.FieldStart("iso_language_code")
	e.Str(v.IsoLanguageCode)
	e.ObjEnd()
}

func decodeTwitterUser(d *jx.Decoder, v *TwitterUser) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "id":
			v.ID, err = d.Int64()
		case "id_str":
			v.IDStr, err = d.Str()
		case "name":
			v.Name, err = d.Str()
		case "screen_name":
			v.ScreenName, err = d.Str()
		case "location":
			v.Location, err = d.Str()
		case "description":
			v.Description, err = d.Str()
		case "url":
			v.URL, err = decodeNull(d, decodeString)
		case "entities":
			err = decodeTwitterEntities(d, &v.Entities)
		case "protected":
			v.Protected, err = d.Bool()
		case "followers_count":
			v.FollowersCount, err = d.Int64()
		case "friends_count":
			v.FriendsCount, err = d.Int64()
		case "listed_count":
			v.ListedCount, err = d.Int64()
		case "created_at":
			v.CreatedAt, err = d.Str()
		case "favourites_count":
			v.FavouritesCount, err = d.Int64()
		case "utc_offset":
			v.UTCOffset, err = decodeNull(d, decodeInt)
		case "time_zone":
			v.TimeZone, err = decodeNull(d, decodeString)
		case "geo_enabled":
			v.GeoEnabled, err = d.Bool()
		case "verified":
			v.Verified, err = d.Bool()
		case "statuses_count":
			v.StatusesCount, err = d.Int64()
		case "lang":
			v.Lang, err = d.Str()
		case "contributors_enabled":
			v.ContributorsEnabled, err = d.Bool()
		case "is_translator":
			v.IsTranslator, err = d.Bool()
		case "is_translation_enabled":
			v.IsTranslationEnabled, err = d.Bool()
		case "profile_background_color":
			v.ProfileBackgroundColor, err = d.Str()
		case "profile_background_image_url":
			v.ProfileBackgroundImageURL, err = d.Str()
		case "profile_background_image_url_https":
			v.ProfileBackgroundImageURLHTTPS, err = d.Str()
		case "profile_background_tile":
			v.ProfileBackgroundTile, err = d.Bool()
		case "profile_image_url":
			v.ProfileImageURL, err = d.Str()
		case "profile_image_url_https":
			v.ProfileImageURLHTTPS, err = d.Str()
		case "profile_banner_url":
			v.ProfileBannerURL, err = decodeNull(d, decodeString)
		case "profile_link_color":
			v.ProfileLinkColor, err = d.Str()
		case "profile_sidebar_border_color":
			v.ProfileSidebarBorderColor, err = d.Str()
		case "profile_sidebar_fill_color":
			v.ProfileSidebarFillColor, err = d.Str()
		case "profile_text_color":
			v.ProfileTextColor, err = d.Str()
		case "profile_use_background_image":
			v.ProfileUseBackgroundImage, err = d.Bool()
		case "default_profile":
			v.DefaultProfile, err = d.Bool()
		case "default_profile_image":
			v.DefaultProfileImage, err = d.Bool()
		case "following":
			v.Following, err = d.Bool()
		case "follow_request_sent":
			v.FollowRequestSent, err = d.Bool()
		case "notifications":
			v.Notifications, err = d.Bool()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterUser(e *jx.Encoder, v *TwitterUser) {
	e.ObjStart()
	e.FieldStart("id")
	e.Int64(v.ID)
	e.FieldStart("id_str")
	e.Str(v.IDStr)
	e.FieldStart("name")
	e.Str(v.Name)
	e.FieldStart("screen_name")
	e.Str(v.ScreenName)
	e.FieldStart("location")
	e.Str(v.Location)
	e.FieldStart("description")
	e.Str(v.Description)
	e.FieldStart("url")
	encodeNull(e, v.URL, encodeString)
	e.FieldStart("entities")
	encodeTwitterEntities(e, &v.Entities)
	e.FieldStart("protected")
	e.Bool(v.Protected)
	e.FieldStart("followers_count")
	e.Int64(v.FollowersCount)
	e.FieldStart("friends_count")
	e.Int64(v.FriendsCount)
	e.FieldStart("listed_count")
	e.Int64(v.ListedCount)
	e.FieldStart("created_at")
	e.Str(v.CreatedAt)
	e.FieldStart("favourites_count")
	e.Int64(v.FavouritesCount)
	e.FieldStart("utc_offset")
	encodeNull(e, v.UTCOffset, encodeInt)
	e.FieldStart("time_zone")
	encodeNull(e, v.TimeZone, encodeString)
	e.FieldStart("geo_enabled")
	e.Bool(v.GeoEnabled)
	e.FieldStart("verified")
	e.Bool(v.Verified)
	e.FieldStart("statuses_count")
	e.Int64(v.StatusesCount)
	e.FieldStart("lang")
	e.Str(v.Lang)
	e.FieldStart("contributors_enabled")
	e.Bool(v.ContributorsEnabled)
	e.FieldStart("is_translator")
	e.Bool(v.IsTranslator)
	e.FieldStart("is_translation_enabled")
	e.Bool(v.IsTranslationEnabled)
	e.FieldStart("profile_background_color")
	e.Str(v.ProfileBackgroundColor)
	e.FieldStart("profile_background_image_url")
	e.Str(v.ProfileBackgroundImageURL)
	e.FieldStart("profile_background_image_url_https")
	e.Str(v.ProfileBackgroundImageURLHTTPS)
	e.FieldStart("profile_background_tile")
	e.Bool(v.ProfileBackgroundTile)
	e.FieldStart("profile_image_url")
	e.Str(v.ProfileImageURL)
	e.FieldStart("profile_image_url_https")
	e.Str(v.ProfileImageURLHTTPS)
	if v.ProfileBannerURL != nil {
		e.FieldStart("profile_banner_url")
		encodeString(e, v.ProfileBannerURL)
	}
	e.FieldStart("profile_link_color")
	e.Str(v.ProfileLinkColor)
	e.FieldStart("profile_sidebar_border_color")
	e.Str(v.ProfileSidebarBorderColor)
	e.FieldStart("profile_sidebar_fill_color")
	e.Str(v.ProfileSidebarFillColor)
	e.FieldStart("profile_text_color")
	e.Str(v.ProfileTextColor)
	e.FieldStart("profile_use_background_image")
	e.Bool(v.ProfileUseBackgroundImage)
	e.FieldStart("default_profile")
	e.Bool(v.DefaultProfile)
	e.FieldStart("default_profile_image")
	e.Bool(v.DefaultProfileImage)
	e.FieldStart("following")
	e.Bool(v.Following)
	e.FieldStart("follow_request_sent")
	e.Bool(v.FollowRequestSent)
	e.FieldStart("notifications")
	e.Bool(v.Notifications)
	e.ObjEnd()
}

func decodeTwitterEntities(d *jx.Decoder, v *TwitterEntities) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "description":
			err = decodeTwitterLinks(d, &v.Description)
		case "url":
			v.URL, err = decodeNull(d, decodeTwitterLink2)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterEntities(e *jx.Encoder, v *TwitterEntities) {
	e.ObjStart()
	e.FieldStart("description")
	encodeTwitterLinks(e, &v.Description)
	if v.URL != nil {
		e.FieldStart("url")
		encodeTwitterLink2(e, v.URL)
	}
	e.ObjEnd()
}

func decodeTwitterLinks(d *jx.Decoder, v *TwitterLinks) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "urls":
			v.URLs, err = decodeList(d, decodeTwitterLink)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterLinks(e *jx.Encoder, v *TwitterLinks) {
	e.ObjStart()
	e.FieldStart("urls")
	encodeList(e, v.URLs, encodeTwitterLink)
	e.ObjEnd()
}

func decodeTwitterLink(d *jx.Decoder, v *TwitterLink) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "url":
			v.URL, err = d.Str()
		case "expanded_url":
			v.ExpandedURL, err = d.Str()
		case "display_url":
			v.DisplayURL, err = d.Str()
		case "indices":
			v.Indices, err = decodeList(d, decodeInt)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterLink(e *jx.Encoder, v *TwitterLink) {
	e.ObjStart()
	e.FieldStart("url")
	e.Str(v.URL)
	e.FieldStart("expanded_url")
	e.Str(v.ExpandedURL)
	e.FieldStart("display_url")
	e.Str(v.DisplayURL)
	e.FieldStart("indices")
	encodeList(e, v.Indices, encodeInt)
	e.ObjEnd()
}

func decodeTwitterLink2(d *jx.Decoder, v *TwitterLink2) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "urls":
			v.URLs, err = decodeList(d, decodeTwitterLink)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterLink2(e *jx.Encoder, v *TwitterLink2) {
	e.ObjStart()
	e.FieldStart("urls")
	encodeList(e, v.URLs, encodeTwitterLink)
	e.ObjEnd()
}

func decodeTwitterEntities2(d *jx.Decoder, v *TwitterEntities2) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "hashtags":
			v.Hashtags, err = decodeList(d, decodeTwitterHashtag)
		case "symbols":
			v.Symbols, err = decodeList(d, decodeString)
		case "urls":
			v.URLs, err = decodeList(d, decodeTwitterLink)
		case "user_mentions":
			v.UserMentions, err = decodeList(d, decodeTwitterUserMention)
		case "media":
			v.Media, err = decodeList(d, decodeTwitterMedia)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterEntities2(e *jx.Encoder, v *TwitterEntities2) {
	e.ObjStart()
	e.FieldStart("hashtags")
	encodeList(e, v.Hashtags, encodeTwitterHashtag)
	e.FieldStart("symbols")
	encodeList(e, v.Symbols, encodeString)
	e.FieldStart("urls")
	encodeList(e, v.URLs, encodeTwitterLink)
	e.FieldStart("user_mentions")
	encodeList(e, v.UserMentions, encodeTwitterUserMention)
	if v.Media != nil {
		e.FieldStart("media")
		encodeList(e, v.Media, encodeTwitterMedia)
	}
	e.ObjEnd()
}

func decodeTwitterHashtag(d *jx.Decoder, v *TwitterHashtag) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "text":
			v.Text, err = d.Str()
		case "indices":
			v.Indices, err = decodeList(d, decodeInt)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterHashtag(e *jx.Encoder, v *TwitterHashtag) {
	e.ObjStart()
	e.FieldStart("text")
	e.Str(v.Text)
	e.FieldStart("indices")
	encodeList(e, v.Indices, encodeInt)
	e.ObjEnd()
}

func decodeTwitterUserMention(d *jx.Decoder, v *TwitterUserMention) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "screen_name":
			v.ScreenName, err = d.Str()
		case "name":
			v.Name, err = d.Str()
		case "id":
			v.ID, err = d.Int64()
		case "id_str":
			v.IDStr, err = d.Str()
		case "indices":
			v.Indices, err = decodeList(d, decodeInt)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterUserMention(e *jx.Encoder, v *TwitterUserMention) {
	e.ObjStart()
	e.FieldStart("screen_name")
	e.Str(v.ScreenName)
	e.FieldStart("name")
	e.Str(v.Name)
	e.FieldStart("id")
	e.Int64(v.ID)
	e.FieldStart("id_str")
	e.Str(v.IDStr)
	e.FieldStart("indices")
	encodeList(e, v.Indices, encodeInt)
	e.ObjEnd()
}

func decodeTwitterMedia(d *jx.Decoder, v *TwitterMedia) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "id":
			v.ID, err = d.Int64()
		case "id_str":
			v.IDStr, err = d.Str()
		case "indices":
			v.Indices, err = decodeList(d, decodeInt)
		case "media_url":
			v.MediaURL, err = d.Str()
		case "media_url_https":
			v.MediaURLHTTPS, err = d.Str()
		case "url":
			v.URL, err = d.Str()
		case "display_url":
			v.DisplayURL, err = d.Str()
		case "expanded_url":
			v.ExpandedURL, err = d.Str()
		case "type":
			v.Type, err = d.Str()
		case "sizes":
			err = decodeTwitterSizes(d, &v.Sizes)
		case "source_status_id":
			v.SourceStatusID, err = decodeNull(d, decodeInt)
		case "source_status_id_str":
			v.SourceStatusIDStr, err = decodeNull(d, decodeString)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterMedia(e *jx.Encoder, v *TwitterMedia) {
	e.ObjStart()
	e.FieldStart("id")
	e.Int64(v.ID)
	e.FieldStart("id_str")
	e.Str(v.IDStr)
	e.FieldStart("indices")
	encodeList(e, v.Indices, encodeInt)
	e.FieldStart("media_url")
	e.Str(v.MediaURL)
	e.FieldStart("media_url_https")
	e.Str(v.MediaURLHTTPS)
	e.FieldStart("url")
	e.Str(v.URL)
	e.FieldStart("display_url")
	e.Str(v.DisplayURL)
	e.FieldStart("expanded_url")
	e.Str(v.ExpandedURL)
	e.FieldStart("type")
	e.Str(v.Type)
	e.FieldStart("sizes")
	encodeTwitterSizes(e, &v.Sizes)
	if v.SourceStatusID != nil {
		e.FieldStart("source_status_id")
		encodeInt(e, v.SourceStatusID)
	}
	if v.SourceStatusIDStr != nil {
		e.FieldStart("source_status_id_str")
		encodeString(e, v.SourceStatusIDStr)
	}
	e.ObjEnd()
}

func decodeTwitterSizes(d *jx.Decoder, v *TwitterSizes) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "medium":
			err = decodeTwitterSize(d, &v.Medium)
		case "small":
			err = decodeTwitterSize(d, &v.Small)
		case "thumb":
			err = decodeTwitterSize(d, &v.Thumb)
		case "large":
			err = decodeTwitterSize(d, &v.Large)
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterSizes(e *jx.Encoder, v *TwitterSizes) {
	e.ObjStart()
	e.FieldStart("medium")
	encodeTwitterSize(e, &v.Medium)
	e.FieldStart("small")
	encodeTwitterSize(e, &v.Small)
	e.FieldStart("thumb")
	encodeTwitterSize(e, &v.Thumb)
	e.FieldStart("large")
	encodeTwitterSize(e, &v.Large)
	e.ObjEnd()
}

func decodeTwitterSize(d *jx.Decoder, v *TwitterSize) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "w":
			v.W, err = d.Int64()
		case "h":
			v.H, err = d.Int64()
		case "resize":
			v.Resize, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterSize(e *jx.Encoder, v *TwitterSize) {
	e.ObjStart()
	e.FieldStart("w")
	e.Int64(v.W)
	e.FieldStart("h")
	e.Int64(v.H)
	e.FieldStart("resize")
	e.Str(v.Resize)
	e.ObjEnd()
}

func decodeTwitterSearchMetadata(d *jx.Decoder, v *TwitterSearchMetadata) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "completed_in":
			v.CompletedIn, err = d.Float64()
		case "max_id":
			v.MaxID, err = d.Int64()
		case "max_id_str":
			v.MaxIDStr, err = d.Str()
		case "next_results":
			v.NextResults, err = d.Str()
		case "query":
			v.Query, err = d.Str()
		case "refresh_url":
			v.RefreshURL, err = d.Str()
		case "count":
			v.Count, err = d.Int64()
		case "since_id":
			v.SinceID, err = d.Int64()
		case "since_id_str":
			v.SinceIDStr, err = d.Str()
		default:
			err = d.Skip()
		}
		return err
	})
}

func encodeTwitterSearchMetadata(e *jx.Encoder, v *TwitterSearchMetadata) {
	e.ObjStart()
	e.FieldStart("completed_in")
	e.Float64(v.CompletedIn)
	e.FieldStart("max_id")
	e.Int64(v.MaxID)
	e.FieldStart("max_id_str")
	e.Str(v.MaxIDStr)
	e.FieldStart("next_results")
	e.Str(v.NextResults)
	e.FieldStart("query")
	e.Str(v.Query)
	e.FieldStart("refresh_url")
	e.Str(v.RefreshURL)
	e.FieldStart("count")
	e.Int64(v.Count)
	e.FieldStart("since_id")
	e.Int64(v.SinceID)
	e.FieldStart("since_id_str")
	e.Str(v.SinceIDStr)
	e.ObjEnd()
}

// DecodeJX reads v.
func (v *Twitter) DecodeJX(d *jx.Decoder) error { return decodeTwitter(d, v) }

// EncodeJX writes v.
func (v *Twitter) EncodeJX(e *jx.Encoder) { encodeTwitter(e, v) }
