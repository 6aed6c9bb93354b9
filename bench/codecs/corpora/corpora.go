// Package corpora has the shapes of corpora.yaml, and the pet and the order of openapi.yaml, as one writes them by hand, for the
// codecs that need structs; and two codecs for them: what easyjson generates, and jx by hand. None of them checks limits.
package corpora

//go:generate go run github.com/mailru/easyjson/easyjson -all -no_std_marshalers -output_filename easyjson.go corpora.go

// Twitter is the schema Twitter.
type Twitter struct {
	Statuses       []TwitterStatus       `json:"statuses"`
	SearchMetadata TwitterSearchMetadata `json:"search_metadata"`
}

// TwitterStatus is the schema TwitterStatus.
type TwitterStatus struct {
	Metadata             TwitterMetadata  `json:"metadata"`
	CreatedAt            string           `json:"created_at"`
	ID                   int64            `json:"id"`
	IDStr                string           `json:"id_str"`
	Text                 string           `json:"text"`
	Source               string           `json:"source"`
	Truncated            bool             `json:"truncated"`
	InReplyToStatusID    *int64           `json:"in_reply_to_status_id"`
	InReplyToStatusIDStr *string          `json:"in_reply_to_status_id_str"`
	InReplyToUserID      *int64           `json:"in_reply_to_user_id"`
	InReplyToUserIDStr   *string          `json:"in_reply_to_user_id_str"`
	InReplyToScreenName  *string          `json:"in_reply_to_screen_name"`
	User                 TwitterUser      `json:"user"`
	Geo                  *string          `json:"geo"`
	Coordinates          *string          `json:"coordinates"`
	Place                *string          `json:"place"`
	Contributors         *string          `json:"contributors"`
	RetweetCount         int64            `json:"retweet_count"`
	FavoriteCount        int64            `json:"favorite_count"`
	Entities             TwitterEntities2 `json:"entities"`
	Favorited            bool             `json:"favorited"`
	Retweeted            bool             `json:"retweeted"`
	Lang                 string           `json:"lang"`
	RetweetedStatus      *TwitterStatus   `json:"retweeted_status,omitempty"`
	PossiblySensitive    *bool            `json:"possibly_sensitive,omitempty"`
}

// TwitterMetadata is the schema TwitterMetadata.
type TwitterMetadata struct {
	ResultType      string `json:"result_type"`
	IsoLanguageCode string `json:"iso_language_code"`
}

// TwitterUser is the schema TwitterUser.
type TwitterUser struct {
	ID                             int64           `json:"id"`
	IDStr                          string          `json:"id_str"`
	Name                           string          `json:"name"`
	ScreenName                     string          `json:"screen_name"`
	Location                       string          `json:"location"`
	Description                    string          `json:"description"`
	URL                            *string         `json:"url"`
	Entities                       TwitterEntities `json:"entities"`
	Protected                      bool            `json:"protected"`
	FollowersCount                 int64           `json:"followers_count"`
	FriendsCount                   int64           `json:"friends_count"`
	ListedCount                    int64           `json:"listed_count"`
	CreatedAt                      string          `json:"created_at"`
	FavouritesCount                int64           `json:"favourites_count"`
	UTCOffset                      *int64          `json:"utc_offset"`
	TimeZone                       *string         `json:"time_zone"`
	GeoEnabled                     bool            `json:"geo_enabled"`
	Verified                       bool            `json:"verified"`
	StatusesCount                  int64           `json:"statuses_count"`
	Lang                           string          `json:"lang"`
	ContributorsEnabled            bool            `json:"contributors_enabled"`
	IsTranslator                   bool            `json:"is_translator"`
	IsTranslationEnabled           bool            `json:"is_translation_enabled"`
	ProfileBackgroundColor         string          `json:"profile_background_color"`
	ProfileBackgroundImageURL      string          `json:"profile_background_image_url"`
	ProfileBackgroundImageURLHTTPS string          `json:"profile_background_image_url_https"`
	ProfileBackgroundTile          bool            `json:"profile_background_tile"`
	ProfileImageURL                string          `json:"profile_image_url"`
	ProfileImageURLHTTPS           string          `json:"profile_image_url_https"`
	ProfileBannerURL               *string         `json:"profile_banner_url,omitempty"`
	ProfileLinkColor               string          `json:"profile_link_color"`
	ProfileSidebarBorderColor      string          `json:"profile_sidebar_border_color"`
	ProfileSidebarFillColor        string          `json:"profile_sidebar_fill_color"`
	ProfileTextColor               string          `json:"profile_text_color"`
	ProfileUseBackgroundImage      bool            `json:"profile_use_background_image"`
	DefaultProfile                 bool            `json:"default_profile"`
	DefaultProfileImage            bool            `json:"default_profile_image"`
	Following                      bool            `json:"following"`
	FollowRequestSent              bool            `json:"follow_request_sent"`
	Notifications                  bool            `json:"notifications"`
}

// TwitterEntities is the schema TwitterEntities.
type TwitterEntities struct {
	Description TwitterLinks  `json:"description"`
	URL         *TwitterLink2 `json:"url,omitempty"`
}

// TwitterLinks is the schema TwitterLinks.
type TwitterLinks struct {
	URLs []TwitterLink `json:"urls"`
}

// TwitterLink is the schema TwitterLink.
type TwitterLink struct {
	URL         string  `json:"url"`
	ExpandedURL string  `json:"expanded_url"`
	DisplayURL  string  `json:"display_url"`
	Indices     []int64 `json:"indices"`
}

// TwitterLink2 is the schema TwitterLink2.
type TwitterLink2 struct {
	URLs []TwitterLink `json:"urls"`
}

// TwitterEntities2 is the schema TwitterEntities2.
type TwitterEntities2 struct {
	Hashtags     []TwitterHashtag     `json:"hashtags"`
	Symbols      []string             `json:"symbols"`
	URLs         []TwitterLink        `json:"urls"`
	UserMentions []TwitterUserMention `json:"user_mentions"`
	Media        []TwitterMedia       `json:"media,omitempty"`
}

// TwitterHashtag is the schema TwitterHashtag.
type TwitterHashtag struct {
	Text    string  `json:"text"`
	Indices []int64 `json:"indices"`
}

// TwitterUserMention is the schema TwitterUserMention.
type TwitterUserMention struct {
	ScreenName string  `json:"screen_name"`
	Name       string  `json:"name"`
	ID         int64   `json:"id"`
	IDStr      string  `json:"id_str"`
	Indices    []int64 `json:"indices"`
}

// TwitterMedia is the schema TwitterMedia.
type TwitterMedia struct {
	ID                int64        `json:"id"`
	IDStr             string       `json:"id_str"`
	Indices           []int64      `json:"indices"`
	MediaURL          string       `json:"media_url"`
	MediaURLHTTPS     string       `json:"media_url_https"`
	URL               string       `json:"url"`
	DisplayURL        string       `json:"display_url"`
	ExpandedURL       string       `json:"expanded_url"`
	Type              string       `json:"type"`
	Sizes             TwitterSizes `json:"sizes"`
	SourceStatusID    *int64       `json:"source_status_id,omitempty"`
	SourceStatusIDStr *string      `json:"source_status_id_str,omitempty"`
}

// TwitterSizes is the schema TwitterSizes.
type TwitterSizes struct {
	Medium TwitterSize `json:"medium"`
	Small  TwitterSize `json:"small"`
	Thumb  TwitterSize `json:"thumb"`
	Large  TwitterSize `json:"large"`
}

// TwitterSize is the schema TwitterSize.
type TwitterSize struct {
	W      int64  `json:"w"`
	H      int64  `json:"h"`
	Resize string `json:"resize"`
}

// TwitterSearchMetadata is the schema TwitterSearchMetadata.
type TwitterSearchMetadata struct {
	CompletedIn float64 `json:"completed_in"`
	MaxID       int64   `json:"max_id"`
	MaxIDStr    string  `json:"max_id_str"`
	NextResults string  `json:"next_results"`
	Query       string  `json:"query"`
	RefreshURL  string  `json:"refresh_url"`
	Count       int64   `json:"count"`
	SinceID     int64   `json:"since_id"`
	SinceIDStr  string  `json:"since_id_str"`
}

// Canada is the schema Canada.
type Canada struct {
	Type     string          `json:"type"`
	Features []CanadaFeature `json:"features"`
}

// CanadaFeature is the schema CanadaFeature.
type CanadaFeature struct {
	Type       string           `json:"type"`
	Properties CanadaProperties `json:"properties"`
	Geometry   CanadaGeometry   `json:"geometry"`
}

// CanadaProperties is the schema CanadaProperties.
type CanadaProperties struct {
	Name string `json:"name"`
}

// CanadaGeometry is the schema CanadaGeometry.
type CanadaGeometry struct {
	Type        string        `json:"type"`
	Coordinates [][][]float64 `json:"coordinates"`
}

// Catalog is the schema Catalog.
type Catalog struct {
	AreaNames                map[string]string       `json:"areaNames"`
	AudienceSubCategoryNames map[string]string       `json:"audienceSubCategoryNames"`
	BlockNames               map[string]string       `json:"blockNames"`
	Events                   map[string]CatalogEvent `json:"events"`
	Performances             []CatalogPerformance    `json:"performances"`
	SeatCategoryNames        map[string]string       `json:"seatCategoryNames"`
	SubTopicNames            map[string]string       `json:"subTopicNames"`
	SubjectNames             map[string]string       `json:"subjectNames"`
	TopicNames               map[string]string       `json:"topicNames"`
	TopicSubTopics           map[string][]int64      `json:"topicSubTopics"`
	VenueNames               CatalogNames            `json:"venueNames"`
}

// CatalogEvent is the schema CatalogEvent.
type CatalogEvent struct {
	Description *string `json:"description"`
	ID          int64   `json:"id"`
	Logo        *string `json:"logo"`
	Name        string  `json:"name"`
	SubTopicIds []int64 `json:"subTopicIds"`
	SubjectCode *string `json:"subjectCode"`
	Subtitle    *string `json:"subtitle"`
	TopicIds    []int64 `json:"topicIds"`
}

// CatalogPerformance is the schema CatalogPerformance.
type CatalogPerformance struct {
	EventID        int64                 `json:"eventId"`
	ID             int64                 `json:"id"`
	Logo           *string               `json:"logo"`
	Name           *string               `json:"name"`
	Prices         []CatalogPrice        `json:"prices"`
	SeatCategories []CatalogSeatCategory `json:"seatCategories"`
	SeatMapImage   *string               `json:"seatMapImage"`
	Start          int64                 `json:"start"`
	VenueCode      string                `json:"venueCode"`
}

// CatalogPrice is the schema CatalogPrice.
type CatalogPrice struct {
	Amount                int64 `json:"amount"`
	AudienceSubCategoryID int64 `json:"audienceSubCategoryId"`
	SeatCategoryID        int64 `json:"seatCategoryId"`
}

// CatalogSeatCategory is the schema CatalogSeatCategory.
type CatalogSeatCategory struct {
	Areas          []CatalogArea `json:"areas"`
	SeatCategoryID int64         `json:"seatCategoryId"`
}

// CatalogArea is the schema CatalogArea.
type CatalogArea struct {
	AreaID   int64    `json:"areaId"`
	BlockIds []string `json:"blockIds"`
}

// CatalogNames is the schema CatalogNames.
type CatalogNames struct {
	PLEYELPLEYEL string `json:"PLEYEL_PLEYEL"`
}

// Pet is the schema Pet.
type Pet struct {
	ID          int64       `json:"id"`
	Name        string      `json:"name"`
	Status      string      `json:"status"`
	Tags        []string    `json:"tags"`
	Price       float64     `json:"price"`
	Category    PetCategory `json:"category"`
	Description string      `json:"description"`
}

// PetCategory is the schema PetCategory.
type PetCategory struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Order is the schema Order.
type Order struct {
	ID    int64       `json:"id"`
	Lines []OrderLine `json:"lines"`
	Buyer OrderBuyer  `json:"buyer"`
	Note  string      `json:"note"`
}

// OrderLine is the schema OrderLine.
type OrderLine struct {
	Sku     string        `json:"sku"`
	Count   int64         `json:"count"`
	Price   float64       `json:"price"`
	Options []OrderChoice `json:"options,omitempty"`
	Gift    *bool         `json:"gift,omitempty"`
}

// OrderChoice is the schema OrderChoice.
type OrderChoice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// OrderBuyer is the schema OrderBuyer.
type OrderBuyer struct {
	Name    string       `json:"name"`
	Address OrderAddress `json:"address"`
}

// OrderAddress is the schema OrderAddress.
type OrderAddress struct {
	Street  string `json:"street"`
	City    string `json:"city"`
	Country string `json:"country"`
}
