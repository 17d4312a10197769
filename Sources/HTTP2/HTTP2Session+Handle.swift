internal import CNghttp2

/// Makes nghttp2's session with our callbacks and limits; the caller owns it. Traps when memory has run out.
func makeHandle(role: HTTP2Session.Role, limits: HTTP2Settings.FloodLimits) -> OpaquePointer {
    var option: OpaquePointer?
    var callbacks: OpaquePointer?
    guard nghttp2_option_new(&option) == 0, nghttp2_session_callbacks_new(&callbacks) == 0 else {
        fatalError("no memory for an HTTP/2 session")
    }
    defer {
        nghttp2_option_del(option)
        nghttp2_session_callbacks_del(callbacks)
    }
    // Every limit against floods that nghttp2 1.52 has, as Debian patches it: the rate of resets (upstream from 1.57)
    // and the limit of CONTINUATION frames (from 1.61) are backports there. It has none of later versions' limit on the
    // rate of glitches (from 1.67: refused heads, provoked resets, PRIORITY, empty DATA, unknown frames), and no
    // version up to 1.70 has one on PING, SETTINGS and WINDOW_UPDATE of a peer that reads our answers; ``FrameCost``
    // stands in for all of these.
    nghttp2_option_set_no_auto_window_update(option, 1)
    nghttp2_option_set_max_settings(option, limits.settingsEntries)
    nghttp2_option_set_max_outbound_ack(option, limits.queuedAcknowledgements)
    // nghttp2 counts each call that brings a part of a CONTINUATION frame's 9-byte header as a frame (1.52 as Debian
    // patches it, and upstream from 1.61 to 1.69), so that a slow link would look like a flood. The exact count is
    // ours; this one covers the heads that nghttp2 passes over without telling us.
    nghttp2_option_set_max_continuations(option, limits.continuations * 10)
    nghttp2_option_set_stream_reset_rate_limit(option, UInt64(limits.resetBurst), UInt64(limits.resetsPerSecond))
    nghttp2_option_set_max_reserved_remote_streams(option, 0)
    installCallbacks(callbacks)

    var session: OpaquePointer?
    let code =
        switch role {
        case .server: nghttp2_session_server_new2(&session, callbacks, nil, option)
        case .client: nghttp2_session_client_new2(&session, callbacks, nil, option)
        }
    guard code == 0, let session else { fatalError("no memory for an HTTP/2 session") }
    return session
}

extension HTTP2Session {
    /// Queues our SETTINGS, and the WINDOW_UPDATE that brings the connection's window to its size.
    func announceSettings() {
        var entries = [
            entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.maximumConcurrentStreams),
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.streamWindow),
            entry(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, settings.maximumFrameSize),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.maximumHeaderListSize),
        ]
        switch role {
        case .client: entries.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        // Without the dependency tree of RFC 7540 its PRIORITY frames have nothing to churn.
        case .server: entries.append(entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1))
        }
        let code = nghttp2_submit_settings(handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), entries, entries.count)
        precondition(code == 0, "nghttp2 refused settings that were checked: \(code)")
        setConnectionWindow(settings.connectionWindow)
    }

    private func entry(_ name: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(name.rawValue), value: UInt32(value))
    }
}
