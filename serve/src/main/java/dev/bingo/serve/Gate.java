package dev.bingo.serve;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Whom the server answers. A page of another site may send requests from the browser of somebody
 * who works here, and may have its own name lead to this machine (DNS rebinding): so the name that
 * was called, the page that called, and the token are looked at, each by itself.
 */
final class Gate {
  private static final Pattern ADDRESS =
      Pattern.compile("(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+])");
  private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");
  private static final String BEARER = "bearer ";

  private final byte[] token;
  private final String cookie;
  private final Set<String> names = new TreeSet<>(Set.of("localhost"));

  /** Cookies know no ports: each server of a machine has one of its own name. */
  Gate(Settings settings, int port) {
    token = settings.token() == null ? null : bytes(settings.token());
    cookie = "bingo-" + port;
    settings.names().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
  }

  /** Refuses a request that came by a strange name, or from the page of another site. */
  void checkSource(Request request) {
    String host = header(request, "Host");
    String name = PORT.matcher(host).replaceFirst("").toLowerCase(Locale.ROOT);
    // Nobody can make an IP address lead elsewhere.
    if (!names.contains(name) && !ADDRESS.matcher(name).matches()) {
      throw new Problem(
          403,
          "this server isn't called by the name that was asked for",
          "Use the address that it printed; behind a proxy, name its host with --name.");
    }
    String origin = header(request, "Origin");
    String site = header(request, "Sec-Fetch-Site");
    boolean foreign = !origin.isEmpty() && !isOf(origin, host);
    boolean embedded =
        Set.of("cross-site", "same-site").contains(site)
            && !header(request, "Sec-Fetch-Mode").equals("navigate");
    if (foreign || embedded) {
      throw new Problem(
          403,
          "the request came from a page of another site",
          "Call the service from its own pages, or from a program.");
    }
  }

  private static boolean isOf(String origin, String host) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null && authority.equalsIgnoreCase(host);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Refuses a request without the token, in a header or in the cookie that {@link #letIn} gave. */
  void checkToken(Request request) {
    if (token == null) {
      return;
    }
    String given = header(request, "Authorization");
    boolean bearer = given.toLowerCase(Locale.ROOT).startsWith(BEARER);
    if (bearer && isToken(given.substring(BEARER.length()).strip())) {
      return;
    }
    List<HttpCookie> cookies = Request.getCookies(request);
    if (cookies.stream().anyMatch(c -> c.getName().equals(cookie) && isToken(c.getValue()))) {
      return;
    }
    throw new Problem(
        401,
        "the request has no token, or not this server's",
        "Open the address that bingo serve printed, or send Authorization: Bearer TOKEN.");
  }

  /** Whether this is the token; takes as long for a near miss as for any other. */
  boolean isToken(String given) {
    return token != null && given != null && MessageDigest.isEqual(token, bytes(given));
  }

  /** The cookie for a browser that has shown the token. */
  String letIn(String given, boolean secure) {
    return cookie
        + "="
        + given
        + "; Path=/; HttpOnly; SameSite=Strict"
        + (secure ? "; Secure" : "");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String header(Request request, String name) {
    String value = request.getHeaders().get(name);
    return value == null ? "" : value;
  }

  /** Whether a proxy in front of it speaks HTTPS. */
  static boolean isSecure(Request request) {
    return header(request, HttpHeader.X_FORWARDED_PROTO.asString()).equalsIgnoreCase("https");
  }
}
