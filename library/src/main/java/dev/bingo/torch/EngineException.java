package dev.bingo.torch;

/** LibTorch can't run here; the message says why and what to do. */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
