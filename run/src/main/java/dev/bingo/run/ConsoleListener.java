package dev.bingo.run;

import dev.bingo.train.Listener;

/** Shows the steps and notices of a training on a console. */
abstract class ConsoleListener implements Listener {
  final Console console;

  ConsoleListener(Console console) {
    this.console = console;
  }

  @Override
  public void onStep(Step step) {
    console.step(step);
  }

  @Override
  public final void onStepTaken(int epoch, int epochs, long step, long totalSteps) {
    console.stepTaken(epoch, epochs, step, totalSteps);
  }

  @Override
  public final void onNotice(String message) {
    console.say(message);
  }
}
