package chainrule.train;

import java.io.Serial;

/**
 * Training that cannot go on: a loss that is no number, a disk that takes no checkpoint. The message is one or two
 * sentences for the user that say where it stopped, why, and what is still good.
 */
public final class TrainingStopped extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    TrainingStopped(String message) {
        super(message);
    }

    TrainingStopped(String message, Throwable cause) {
        super(message, cause);
    }
}
