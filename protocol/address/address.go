// Package address says who may read what, as pure functions: what an audience
// means on the wire, what the recipients of a stranger's document mean here,
// and whether one reader may read one post.
//
// Three rules hold everywhere and are the reason for the package:
//
//   - A reader is one person, never a server: that somebody on a server may read
//     a post says nothing of the others there.
//   - Nothing widens. A reply goes no further than what it answers, an edit no
//     further than the first version, a relay no further than the author said.
//   - What is for neighbours of this server has no recipient at all on the wire,
//     so no mistake further down can deliver it.
package address
