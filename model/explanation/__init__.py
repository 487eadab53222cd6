"""How the net explains itself: Grad-CAM, occlusion, sanity checks, cues under a map."""
