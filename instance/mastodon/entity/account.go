package entity

// Account is somebody, or a neighbourhood, here or elsewhere.
type Account struct {
	ID              ID            `json:"id"`
	Username        string        `json:"username"`
	Acct            string        `json:"acct"`
	DisplayName     string        `json:"display_name"`
	Locked          bool          `json:"locked"`
	Bot             bool          `json:"bot"`
	Group           bool          `json:"group"`
	Discoverable    bool          `json:"discoverable"`
	Indexable       bool          `json:"indexable"`
	NoIndex         bool          `json:"noindex"`
	HideCollections bool          `json:"hide_collections"`
	CreatedAt       Time          `json:"created_at"`
	Note            string        `json:"note"`
	URL             string        `json:"url"`
	URI             string        `json:"uri"`
	Avatar          string        `json:"avatar"`
	AvatarStatic    string        `json:"avatar_static"`
	Header          string        `json:"header"`
	HeaderStatic    string        `json:"header_static"`
	FollowersCount  int           `json:"followers_count"`
	FollowingCount  int           `json:"following_count"`
	StatusesCount   int           `json:"statuses_count"`
	LastStatusAt    Day           `json:"last_status_at"`
	Emojis          []Emoji       `json:"emojis"`
	Fields          []Field       `json:"fields"`
	Roles           []AccountRole `json:"roles"`
	Limited         bool          `json:"limited,omitempty"`
	Suspended       bool          `json:"suspended,omitempty"`
	Moved           *Account      `json:"moved,omitempty"`

	// Of one's own account alone.
	Source *Source `json:"source,omitempty"`
	Role   *Role   `json:"role,omitempty"`
}

// Field is a line of a profile.
type Field struct {
	Name       string `json:"name"`
	Value      string `json:"value"`
	VerifiedAt *Time  `json:"verified_at"`
}

// Source is a profile as it was typed, and what its owner posts like.
type Source struct {
	Privacy             string  `json:"privacy"`
	Sensitive           bool    `json:"sensitive"`
	Language            string  `json:"language"`
	Note                string  `json:"note"`
	Fields              []Field `json:"fields"`
	FollowRequestsCount int     `json:"follow_requests_count"`
	HideCollections     bool    `json:"hide_collections"`
	Discoverable        bool    `json:"discoverable"`
	Indexable           bool    `json:"indexable"`
}

// AccountRole is a role shown on a profile.
type AccountRole struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Color string `json:"color"`
}

// Role is what the owner of the account may do here.
type Role struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Color       string `json:"color"`
	Permissions string `json:"permissions"`
	Highlighted bool   `json:"highlighted"`
}

// Emoji is a picture in words; we have none of our own.
type Emoji struct {
	Shortcode       string `json:"shortcode"`
	URL             string `json:"url"`
	StaticURL       string `json:"static_url"`
	VisibleInPicker bool   `json:"visible_in_picker"`
}
