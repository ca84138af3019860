package keystore

func foreign(string) bool { return false }
