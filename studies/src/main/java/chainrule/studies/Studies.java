package chainrule.studies;

import chainrule.BadInput;
import chainrule.studies.decoding.ContrastiveSearchStudy;
import chainrule.studies.decoding.MomentumStudy;
import chainrule.studies.decoding.SpeculativeStudy;
import chainrule.studies.distil.AtkdStudy;
import chainrule.studies.gdc.GdcStudy;
import chainrule.studies.training.ContrastiveTokenStudy;
import chainrule.studies.training.SimCtgStudy;
import chainrule.studies.tuning.MezoStudy;
import java.io.IOException;
import java.util.List;

/** All studies, and how one is run. */
public final class Studies {
    private Studies() {}

    public static List<Study> all() {
        return List.of(
                new ContrastiveSearchStudy(),
                new MomentumStudy(),
                new SpeculativeStudy(),
                new MezoStudy(),
                new ContrastiveTokenStudy(),
                new SimCtgStudy(),
                new AtkdStudy(),
                new GdcStudy());
    }

    /** @throws BadInput where there is no such study */
    public static Study find(String name) {
        return all().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BadInput("There is no study '" + name + "'; there are "
                        + String.join(", ", all().stream().map(Study::name).toList()) + "."));
    }

    /**
     * Runs a study to its end.
     *
     * @param commit of the code
     * @throws IllegalStateException where it says nothing of one of its claims
     */
    public static Report run(Study study, Size size, Lab lab, String commit) throws IOException {
        long began = System.nanoTime();
        Outcome outcome = study.run(size, lab);
        double seconds = (System.nanoTime() - began) / 1e9 + lab.kept().seconds();
        List<String> claimed = study.claims(size).stream().map(Claim::id).toList();
        List<String> found =
                outcome.findings().stream().map(f -> f.claim().id()).toList();
        if (!claimed.equals(found)) {
            throw new IllegalStateException(
                    "study " + study.name() + " claims " + claimed + " and says something of " + found);
        }
        return new Report(
                study.name(), study.paper(), size, study.method(size), Facts.machine(), seconds, commit, outcome);
    }
}
