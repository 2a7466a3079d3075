package entity

// MutedAccount is an account one mutes, and until when; null for good.
type MutedAccount struct {
	*Account
	MuteExpiresAt Time `json:"mute_expires_at"`
}

// FamiliarFollowers are those of an account's followers whom one follows.
type FamiliarFollowers struct {
	ID       ID         `json:"id"`
	Accounts []*Account `json:"accounts"`
}

// Suggestion is an account one may want to follow, and why it is one.
type Suggestion struct {
	Source  string   `json:"source"`
	Account *Account `json:"account"`
}

// Report is what somebody brought before the moderators.
type Report struct {
	ID            ID       `json:"id"`
	ActionTaken   bool     `json:"action_taken"`
	ActionTakenAt Time     `json:"action_taken_at"`
	Category      string   `json:"category"`
	Comment       string   `json:"comment"`
	Forwarded     bool     `json:"forwarded"`
	CreatedAt     Time     `json:"created_at"`
	StatusIDs     []ID     `json:"status_ids"`
	RuleIDs       []ID     `json:"rule_ids"`
	TargetAccount *Account `json:"target_account"`
}

// Preferences are how somebody posts and reads by default.
type Preferences struct {
	Visibility     string  `json:"posting:default:visibility"`
	Sensitive      bool    `json:"posting:default:sensitive"`
	Language       *string `json:"posting:default:language"`
	ExpandMedia    string  `json:"reading:expand:media"`
	ExpandSpoilers bool    `json:"reading:expand:spoilers"`
}
