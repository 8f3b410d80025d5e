package dev.bingo.serve;

import java.io.IOException;

/**
 * One thing that the server answers.
 *
 * @param open whether it is answered without the token
 * @param heavy whether it keeps a core busy, and waits its turn with others of its kind
 */
record Route(String method, String path, boolean open, boolean heavy, Answer answer) {
  /** What is done. */
  @FunctionalInterface
  interface Answer {
    Reply to(Call call) throws IOException;
  }

  static Route get(String path, Answer answer) {
    return new Route("GET", path, false, false, answer);
  }

  static Route post(String path, Answer answer) {
    return new Route("POST", path, false, false, answer);
  }

  Route asOpen() {
    return new Route(method, path, true, heavy, answer);
  }

  Route asHeavy() {
    return new Route(method, path, open, true, answer);
  }

  /** Whether a body comes with it. */
  boolean takesBody() {
    return method.equals("POST");
  }
}
