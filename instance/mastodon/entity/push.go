package entity

// WebPushSubscription is what a program is told while it is not open. Its id is
// a small number, not a text: programs read it as one of 32 bits.
type WebPushSubscription struct {
	ID        int             `json:"id"`
	Endpoint  string          `json:"endpoint"`
	Standard  bool            `json:"standard"`
	ServerKey string          `json:"server_key"`
	Alerts    map[string]bool `json:"alerts"`
	Policy    string          `json:"policy"`
}
