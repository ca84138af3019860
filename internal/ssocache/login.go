package ssocache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

// A Login is the state of a console login, from the cache of `aws login`. Lanyard only prints
// this state.
type Login struct {
	ExpiresAt   time.Time // when the keys expire
	Refreshable bool      // the AWS CLI can get new keys without the user
}

// LoginName returns the file name of a console login in ~/.aws/login/cache. session is the
// login_session of the profile. Source: botocore's LoginCredentialFetcher.
func LoginName(session string) string {
	sum := sha256.Sum256([]byte(session))
	return hex.EncodeToString(sum[:]) + ".json"
}

// ParseLogin parses the content of a console login's file.
func ParseLogin(data []byte) (Login, error) {
	o, err := decodeObject(data)
	if err != nil {
		return Login{}, err
	}
	keys, err := decodeObject(o["accessToken"])
	if err != nil {
		return Login{}, errors.New("the file has no accessToken")
	}
	refresh, err := o.text("refreshToken")
	if err != nil {
		return Login{}, err
	}
	expires, err := keys.time("expiresAt")
	return Login{ExpiresAt: expires, Refreshable: refresh != ""}, err
}
